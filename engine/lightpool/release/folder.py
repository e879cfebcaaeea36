"""The folder that a release is kept in: whose it is, what is in it, and who is writing there."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lightpool.errors import DownloadError, SettingsError
from lightpool.release.pinned import INDEX, PinnedFile, Release

#: Holds what has arrived only in part, and the whole index of the release; no store is looked for in it.
HIDDEN = ".lightpool"
_RECORD = "release.json"


def data_folder(name: str = "hess-dl3-dr1") -> Path:
    """Return where a release is kept unless another place is asked for: in the user's data directory.

    Parameters
    ----------
    name : str
        Of the release.

    Returns
    -------
    Path

    Examples
    --------
    >>> data_folder().name
    'hess-dl3-dr1'
    """
    from platformdirs import user_data_path

    return user_data_path("lightpool") / name


@contextmanager
def opened(folder: Path, release: Release) -> Iterator[Path]:
    """Yield the hidden place within the folder of a release, which nobody else writes to meanwhile.

    Raises
    ------
    SettingsError
        If the folder holds anything but this release, is no folder or cannot be written.
    DownloadError
        If another download is at work there, or the disk is full.
    """
    _check(folder, release)
    hidden = folder / HIDDEN
    try:
        hidden.mkdir(parents=True, exist_ok=True)
        with _locked(hidden / "lock"):
            record = {"release": release.name, "edition": release.edition}
            (hidden / _RECORD).write_text(json.dumps(record), encoding="utf-8")
            yield hidden
    except OSError as error:
        if error.errno is None:  # not the disk's
            raise
        raise cannot_write(folder, error) from error


def is_older(folder: Path, release: Release) -> bool:
    """Return whether the folder was filled from another edition of the release than the present one."""
    record = _record(folder)
    return record is not None and record.get("edition") != release.edition


def is_whole(path: Path, pinned: PinnedFile) -> bool:
    """Return whether a file is there and has the right checksum."""
    import pooch

    return (
        path.is_file() and path.stat().st_size == pinned.size and pooch.file_hash(str(path)) == pinned.sha256
    )


def check_room(folder: Path, needed: int) -> None:
    """Raise a `DownloadError` when the disk has no room for so many bytes."""
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise DownloadError(
            "the disk has no room for the data",
            where=str(folder),
            found=f"{megabytes(free)} free",
            expected=megabytes(needed),
            remedy="Make room, choose another disk with --output, or take fewer runs with --object",
        )


def cannot_write(folder: Path, error: OSError) -> Exception:
    """Return what to raise for a failure of the disk."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DownloadError(
            "the disk is full",
            where=str(folder),
            remedy="Make room and give the same command again: it goes on where it stopped",
        )
    return SettingsError(
        f"the data cannot be written: {error.strerror or error}",
        where=str(folder),
        remedy="Choose another folder with --output",
    )


def megabytes(size: int) -> str:
    """Return a number of bytes as people say it.

    Examples
    --------
    >>> megabytes(2_090_962), megabytes(62_174_394)
    ('2.1 MB', '62 MB')
    """
    return f"{size / 1e6:.1f} MB" if size < 10e6 else f"{size / 1e6:.0f} MB"


def counted(number: int) -> str:
    """Return a number of files in words.

    Examples
    --------
    >>> counted(1), counted(4)
    ('1 file', '4 files')
    """
    return f"{number} file" if number == 1 else f"{number} files"


def _check(folder: Path, release: Release) -> None:
    if folder.exists() and not folder.is_dir():
        raise SettingsError("the output is a file, not a folder", where=str(folder))
    if not folder.is_dir():
        return
    try:
        others = sorted(path.name for path in folder.iterdir() if path.name != HIDDEN)
        record = _record(folder)
        of_release = all(is_whole(folder / name, release.files[name]) for name in INDEX)
    except OSError as error:
        raise cannot_write(folder, error) from error
    if record is not None and record.get("release") != release.name:
        raise SettingsError(
            "the folder holds another release", where=str(folder), found=str(record.get("release"))
        )
    if others and record is None and not of_release:
        raise SettingsError(
            "the folder holds something else and is not touched",
            where=str(folder),
            found=", ".join(others[:3]) + (" ..." if len(others) > 3 else ""),
            expected=f"a new or empty folder, or one that has {release.name} in it",
        )


def _record(folder: Path) -> dict[str, str] | None:
    path = folder / HIDDEN / _RECORD
    if not path.is_file():
        return None
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        record = None  # cut short by a crash
    return record if isinstance(record, dict) else None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    try:
        import fcntl
    except ImportError:  # Windows: two downloads at once would only spoil each other's parts, and find out
        yield
        return
    with path.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DownloadError(
                "another download is at work there", where=str(path.parent.parent), remedy="Wait for it"
            ) from None
        yield
        path.unlink(missing_ok=True)


def move(source: Path, target: Path) -> None:
    """Put a whole file in its place in one step."""
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(source, target)
