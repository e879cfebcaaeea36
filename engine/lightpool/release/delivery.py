"""A release or some of its runs, fetched, checked and put into a folder that is a store at every moment."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lightpool.errors import DownloadError, SettingsError
from lightpool.release import subset
from lightpool.release.folder import (
    check_room,
    counted,
    data_folder,
    is_older,
    is_whole,
    megabytes,
    move,
    opened,
)
from lightpool.release.pinned import INDEX, Release
from lightpool.release.transfer import Patience, Transfer, WrongContentError

Progress = Callable[[int, int], None]
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a download brought.

    Parameters
    ----------
    folder : Path
        The store.
    obs_ids : tuple of int
        Every run that is in it now.
    fetched, kept : tuple of str
        The files that came, and those that were there already.
    size : int, bytes
        Of what came.

    Examples
    --------
    >>> from pathlib import Path
    >>> Delivery(Path("here"), (23523,), fetched=("data/a.fits.gz",), kept=(), size=500_000).size
    500000
    """

    folder: Path
    obs_ids: tuple[int, ...]
    fetched: tuple[str, ...]
    kept: tuple[str, ...]
    size: int


def download(
    name: str = "hess-dl3-dr1",
    output: str | os.PathLike[str] | None = None,
    *,
    target: str | Iterable[str] = (),
    obs_id: int | Iterable[int] = (),
    mirror: str | None = None,
    progress: Progress | None = None,
) -> Path:
    """Return the folder of a public data release, after fetching what is not there yet.

    Every file is checked by its SHA-256, which this package carries. What is there and right is not
    fetched again, so that a second call needs no network. The terms of use come with the data.

    Parameters
    ----------
    name : str
        The release: ``hess-dl3-dr1`` (105 runs, 62 MB).
    output : path, optional
        The folder of the store, by default `lightpool.release.data_folder`, where the dashboard looks.
        Runs that an earlier call put there stay.
    target : str or list of str
        Only the runs of these objects, in any spelling.
    obs_id : int or list of int
        Only these runs (and those of `target`).
    mirror : str, optional
        Address or folder that has the same files, instead of their public home.
    progress : callable, optional
        Is told the bytes that are there and those that are wanted.

    Returns
    -------
    Path
        A valid store: its index lists the runs that are in it.

    Raises
    ------
    DownloadError
        If a file cannot be fetched, is not what it should be, or there is no room for it.
    SettingsError
        If the folder holds something else or cannot be written, or there is no such release.
    DataError
        If the release does not have such an object or run.

    Examples
    --------
    >>> import lightpool as lp
    >>> store = lp.DataStore(lp.download("hess-dl3-dr1", target="Crab"))  # doctest: +SKIP
    """
    return deliver(
        Release.find(name),
        None if output is None else Path(output),
        target=(target,) if isinstance(target, str) else target,
        obs_id=(obs_id,) if isinstance(obs_id, int) else obs_id,
        mirror=mirror,
        progress=progress,
    ).folder


def deliver(
    release: Release,
    output: Path | None = None,
    *,
    target: Iterable[str] = (),
    obs_id: Iterable[int] = (),
    mirror: str | None = None,
    progress: Progress | None = None,
    tell: Tell = lambda text: None,
    patience: Patience = Patience(),  # noqa: B008 - frozen
) -> Delivery:
    """Return what a download brought, after fetching a release or some runs of it; see `download`.

    Parameters
    ----------
    release : Release
    tell : callable
        Is told in a sentence what a user should know on the way.
    patience : Patience
        With the network.
    output, target, obs_id, mirror, progress
        As for `download`.

    Returns
    -------
    Delivery

    Examples
    --------
    >>> from pathlib import Path
    >>> from lightpool.release import Release
    >>> release = Release.of(Path("demo"), "https://example.org/demo")
    >>> delivery = deliver(release, Path("copy"), obs_id=[1001], mirror="demo")
    >>> delivery.obs_ids, lp.DataStore("copy").check().ok
    ((1001,), True)
    """
    from lightpool.dl3 import DataStore

    folder = (output or data_folder(release.name)).expanduser().absolute()
    older = is_older(folder, release)
    with opened(folder, release) as hidden:
        if older:
            tell(f"{folder} holds an older edition of {release.name}: what has changed is fetched anew")
        whole = hidden / release.name  # where pooch keeps what is checked until all of it is there
        with _source(release, whole, hidden / "parts", mirror, patience) as source:
            head = [*release.documents, *INDEX]
            for name in head:
                if is_whole(folder / name, release.files[name]):  # as in a copy that came another way
                    _copy(folder / name, whole / name)
            source.fetch(head)
            store = DataStore(whole)
            files = subset.files_of(store, release)
            present = [i for i in store.obs_ids if all((folder / name).is_file() for name in files[i])]
            ids = {*subset.chosen_runs(store, target, obs_id), *present}
            names = sorted({name for i in ids for name in files[i]})
            missing = [name for name in names if not is_whole(folder / name, release.files[name])]
            fetching = [name for name in missing if not is_whole(whole / name, release.files[name])]
            kept = tuple(name for name in names if name not in set(fetching))
            spoilt = [name for name in missing if (folder / name).exists()]
            if spoilt and not older:
                tell(f"{counted(len(spoilt))} without the checksum of the release: fetched anew")
            size = sum(release.files[name].size for name in fetching)
            check_room(folder, size)
            if fetching:
                tell(f"{counted(len(fetching))}, {megabytes(size)}, from {source.home}")
            source.fetch(fetching, progress)
        for name in missing:
            move(whole / name, folder / name)
        for name in release.documents:
            _copy(whole / name, folder / name)
        subset.write_index(whole, folder, hidden, ids)
        for done in (hidden / "parts", *(path for path in whole.iterdir() if path.is_dir())):
            shutil.rmtree(done, ignore_errors=True)
    return Delivery(folder, tuple(i for i in store.obs_ids if i in ids), tuple(fetching), kept, size)


class _Source:
    """The home of a release or a mirror of it, asked through pooch."""

    def __init__(self, release: Release, pooch: Any, transfer: Transfer) -> None:
        self._release, self._pooch, self._transfer = release, pooch, transfer
        self.home = urlsplit(pooch.base_url).hostname or pooch.base_url.removeprefix("file://")

    def fetch(self, names: list[str], progress: Progress | None = None) -> None:
        """Fetch files into the hidden place, where they stay if they are there already."""
        total, done = sum(self._release.files[name].size for name in names), 0
        for name in names:
            if progress is not None:
                self._transfer.advance = partial(_advance, progress, done, total)
            try:
                self._pooch.fetch(name, downloader=self._transfer)
            except WrongContentError as error:
                pinned = self._release.files[name]
                raise DownloadError(
                    "what arrived is not the file of the release",
                    where=self._pooch.get_url(name),
                    found=str(error),
                    expected=f"{pinned.size} bytes with SHA-256 {pinned.sha256[:12]}...",
                    remedy="The mirror has other files, or something between here and there changes them",
                ) from None
            done += self._release.files[name].size


def _advance(progress: Progress, before: int, total: int, size: int) -> None:
    progress(before + size, total)


@contextmanager
def _source(
    release: Release, whole: Path, parts: Path, mirror: str | None, patience: Patience
) -> Iterator[_Source]:
    import pooch

    url = release.url if mirror is None else _address(mirror)
    registry = {name: pinned.sha256 for name, pinned in release.files.items()}
    asked = pooch.create(path=whole, base_url=url, registry=registry, retry_if_failed=1)
    addresses = {asked.get_url(name): pinned for name, pinned in release.files.items()}
    log, level = pooch.get_logger(), pooch.get_logger().level
    log.setLevel(logging.WARNING)  # a line for each of a hundred files is noise
    try:
        with Transfer(parts, addresses, patience) as transfer:
            yield _Source(release, asked, transfer)
    finally:
        log.setLevel(level)


def _address(mirror: str) -> str:
    """Return a mirror as an address that ends with a slash."""
    if mirror.startswith(("http://", "https://", "file://")):
        return mirror.rstrip("/") + "/"
    if mirror and Path(mirror).expanduser().is_dir():
        return Path(mirror).expanduser().absolute().as_uri() + "/"
    raise SettingsError(
        "this is no place to fetch from",
        where="--mirror",
        found=repr(mirror),
        expected="https://... or a folder",
    )


def _copy(source: Path, target: Path) -> None:
    """Copy a file that stays where it is; the copy appears in one step."""
    target.parent.mkdir(parents=True, exist_ok=True)
    copy = target.with_name(f".{target.name}.new")
    shutil.copyfile(source, copy)
    move(copy, target)
