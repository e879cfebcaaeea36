"""Where DL3 stores are on this machine, and the simulated one that stands in where there is none."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from lightpool.dl3 import DataStore
from lightpool.errors import DataError
from lightpool.release import RELEASES, data_folder

INDEX_FILES = ("hdu-index.fits.gz", "hdu-index.fits")
"""A folder with one of these is a store."""

DEPTH = 3
"""How many levels below a folder stores are looked for."""


def find_store() -> DataStore:
    """Return the DL3 store of this machine: the first that `resolve_stores` finds without being told.

    That is what ``$LIGHTPOOL_DATA`` names; else the H.E.S.S. release in ``$GAMMAPY_DATA``; else what
    `download` fetched; else a simulated store, which the first call writes into the user's cache
    directory. Notebooks begin with it, so that they run on whatever data there are.

    Returns
    -------
    DataStore
        ``.name`` and ``.path`` say which it is.

    Raises
    ------
    DataError
        When ``$LIGHTPOOL_DATA`` names a place that is missing or holds no store.

    Examples
    --------
    >>> lp.find_store().select(cone=("83.633 deg", "22.014 deg", "2 deg"))  # doctest: +SKIP
    <Observations: 4 runs, 23523 to 23592>
    """
    return DataStore(next(iter(resolve_stores().values())))


def is_store(folder: Path) -> bool:
    """Return whether the folder holds the index file of a DL3 store."""
    return any((folder / name).is_file() for name in INDEX_FILES)


def find_stores(folder: Path) -> dict[str, Path]:
    """Return the stores at or below a folder, up to three levels deep.

    Parameters
    ----------
    folder : Path
        A store, or a folder that contains stores, or one of DL3 files without an index.

    Returns
    -------
    dict of str to Path
        Absolute paths. A store that is the folder itself bears the folder's name, the others their path
        relative to it; a last part ``data``, where the index lies beside the event files, is left out.

    Raises
    ------
    DataError
        When there is no such directory, it cannot be read, or no store is in it; as `DataStore` does
        where headers have to be read because there is no index.
    """
    folder = Path(folder).expanduser().absolute()
    if not folder.exists():
        raise DataError("there is no such directory", where=str(folder))
    if not folder.is_dir():
        raise DataError("this is not a directory", where=str(folder), expected="the directory of a DL3 store")
    if not os.access(folder, os.R_OK | os.X_OK):
        raise DataError("the directory cannot be read", where=str(folder), remedy="Check its permissions.")
    if is_store(folder):
        return {folder.resolve().name: folder}
    found = _unique((_name(path.relative_to(folder), folder), path) for path in _search(folder, DEPTH))
    if not found and _has_fits_files(folder):
        DataStore(folder)  # files without an index are a store when their headers say so; else this raises
        found = {folder.resolve().name: folder}
    if not found:
        raise DataError(
            "there is no DL3 store in this directory",
            where=str(folder),
            found="no files at all" if not any(folder.iterdir()) else "other files",
            expected=f"{INDEX_FILES[0]} there or up to {DEPTH} levels below",
        )
    return found


def resolve_stores(
    data: Sequence[Path] = (),
    *,
    environ: Mapping[str, str] | None = None,
    tell: Callable[[str], None] = lambda text: None,
) -> dict[str, Path]:
    """Return the stores to offer: the first of the places below that is configured.

    The given directories; else ``$LIGHTPOOL_DATA``, a store or a folder of stores; else
    ``$GAMMAPY_DATA/hess-dl3-dr1``; else what ``lightpool download`` put into the user's data directory;
    else the simulated demo, which the first call writes into the user's cache directory.

    Parameters
    ----------
    data : sequence of Path
        Directories named by the operator.
    environ : mapping, optional
        The environment, by default that of the process.
    tell : callable, optional
        Is told in a sentence what takes a while.

    Returns
    -------
    dict of str to Path
        At least one store, in the order given; names are unique.

    Raises
    ------
    DataError
        When a place that is configured is missing or holds no store. ``$GAMMAPY_DATA`` serves other
        programs too, so it may lack the release.
    """
    environ = os.environ if environ is None else environ
    if data:
        return _unique(item for folder in data for item in find_stores(folder).items())
    if environ.get("LIGHTPOOL_DATA"):
        try:
            return find_stores(Path(environ["LIGHTPOOL_DATA"]))
        except DataError as error:
            raise DataError(
                error.what,
                where=f"$LIGHTPOOL_DATA={environ['LIGHTPOOL_DATA']}",
                found=error.found,
                expected=error.expected,
                remedy="Correct or unset the variable.",
            ) from error
    if environ.get("GAMMAPY_DATA"):
        release = Path(environ["GAMMAPY_DATA"]).expanduser() / "hess-dl3-dr1"
        if release.is_dir() and is_store(release):
            return find_stores(release)
    downloaded = {name: data_folder(name) for name in RELEASES}
    found = {name: path for name, path in downloaded.items() if is_store(path)}
    return found or {"demo": demo_store(tell)}


def demo_path() -> Path:
    """Return where the simulated demo store of this version is kept: in the user's cache directory."""
    from platformdirs import user_cache_path

    return user_cache_path("lightpool") / f"demo-{version('lightpool')}"


def demo_store(tell: Callable[[str], None] = lambda text: None) -> Path:
    """Return the path of the simulated demo store, writing it when it is not there yet."""
    path = demo_path()
    if is_store(path):
        return path
    tell(f"No data is configured: simulating a demo store, once, in {path}")
    from lightpool.simulate import simulate_demo

    path.parent.mkdir(parents=True, exist_ok=True)
    # Made beside its place and moved there whole: an interrupted or a second start never meets half a store.
    with tempfile.TemporaryDirectory(dir=path.parent, prefix="demo-") as scratch:
        made = Path(scratch) / "demo"
        simulate_demo(made)
        if not is_store(path):
            shutil.rmtree(path, ignore_errors=True)
            made.rename(path)
    return path


def _search(folder: Path, depth: int) -> list[Path]:
    """Return the stores below a folder, sorted by path; what lies inside a store is not searched."""
    stores: list[Path] = []
    for child in sorted(folder.iterdir()):
        if child.name.startswith(".") or not child.is_dir() or not os.access(child, os.R_OK | os.X_OK):
            continue
        if is_store(child):
            stores.append(child)
        elif depth > 1:
            stores += _search(child, depth - 1)
    return stores


def _has_fits_files(folder: Path) -> bool:
    depths = ("*", "*/*", "*/*/*")
    return any(path.name.endswith((".fits", ".fits.gz")) for depth in depths for path in folder.glob(depth))


def _name(relative: Path, folder: Path) -> str:
    parts = relative.parts[:-1] if relative.name == "data" else relative.parts
    return "/".join(parts) or folder.resolve().name


def _unique(items: Iterable[tuple[str, Path]]) -> dict[str, Path]:
    """Return the items with a number added to a name used before; a path given twice counts once."""
    stores: dict[str, Path] = {}
    for name, path in items:
        if path in stores.values():
            continue
        label, number = name, 1
        while label in stores:
            number += 1
            label = f"{name} ({number})"
        stores[label] = path
    return stores
