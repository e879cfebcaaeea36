"""The DL3 stores that the dashboard offers, as names that stand for paths.

A visitor of the page chooses data by name; only the operator, who starts the server, gives paths.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from lightpool.errors import DataError
from lightpool.release import RELEASES, data_folder

#: Environment variables by which the server tells its kernels: the stores, as JSON {name: path}; the
#: configuration that they start from; and, as "1", that strangers read what they write.
STORES_VARIABLE = "LIGHTPOOL_STORES"
CONFIG_VARIABLE = "LIGHTPOOL_CONFIG"
PUBLIC_VARIABLE = "LIGHTPOOL_PUBLIC"

INDEX_FILES = ("hdu-index.fits.gz", "hdu-index.fits")
"""A folder with one of these is a store."""

DEPTH = 3
"""How many levels below a folder stores are looked for."""

HESS_ATTRIBUTION = (
    "This work made use of data from the H.E.S.S. DL3 public test data release 1 "
    "(HESS DL3 DR1, H.E.S.S. collaboration, 2018). No scientific publications may be derived from the data."
)
SIMULATED_ATTRIBUTION = "Simulated events, made by Lightpool."


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
        from lightpool.dl3 import DataStore

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


def attribution(path: Path) -> str:
    """Return the sentence by which the data of a store want to be acknowledged, or an empty string."""
    try:
        readme = (path / "README.txt").read_text(encoding="utf-8", errors="replace")
    except OSError:
        readme = ""
    if path.name == "hess-dl3-dr1" or "HESS DL3 DR1" in readme:
        return HESS_ATTRIBUTION
    return SIMULATED_ATTRIBUTION if readme.startswith("Simulated") else ""


def to_json(stores: Mapping[str, Path]) -> str:
    """Return the stores as the text that `configured_stores` reads in the kernel."""
    return json.dumps({name: str(path) for name, path in stores.items()})


def configured_stores(environ: Mapping[str, str] | None = None) -> dict[str, Path]:
    """Return the stores that the server chose for this kernel; without one, as `resolve_stores` does."""
    environ = os.environ if environ is None else environ
    text = environ.get(STORES_VARIABLE)
    if not text:
        return resolve_stores(environ=environ)
    return {name: Path(path) for name, path in json.loads(text).items()}


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
