"""Output directories that appear whole or not at all."""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lightpool.errors import SettingsError

#: A directory without this file was not written by us and is never replaced.
MARK = "summary.json"
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


@contextmanager
def output_directory(path: str | Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Yield a temporary directory beside `path` that takes its place when the block ends well.

    When the block fails, nothing is left behind and what was at `path` is untouched.

    Parameters
    ----------
    overwrite : bool
        Replace a directory of results. One that holds anything else is never replaced.

    Raises
    ------
    SettingsError
        If `path` exists and may not be replaced, or cannot be written; before the block runs.
    """
    target = Path(path).resolve()
    check_output(target, overwrite=overwrite)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as error:
        raise _cannot_write(target, error) from None
    try:
        yield work
        work.chmod(0o777 & ~_umask())  # mkdtemp gives a directory that nobody else may read
        _move_into_place(work, target)
    except OSError as error:
        if error.filename is not None and str(work) not in str(error.filename):
            raise
        raise _cannot_write(target, error) from None
    finally:
        shutil.rmtree(work, ignore_errors=True)


def check_output(path: str | Path, *, overwrite: bool = False) -> None:
    """Check that results may be written to `path`, without touching anything.

    Raises
    ------
    SettingsError
        As `output_directory`.
    """
    target = Path(path).resolve()
    if not target.name:
        raise SettingsError("this is no place for an output directory", where=str(target))
    if target.exists() and not target.is_dir():
        raise SettingsError("the output is a file, not a directory", where=str(target))
    if target.is_dir() and any(target.iterdir()):
        if not overwrite:
            raise SettingsError(
                "the output directory exists already",
                where=str(target),
                remedy="Choose another, or pass --overwrite (overwrite=True) to replace it",
            )
        if not (target / MARK).is_file():
            raise SettingsError(
                "this directory does not hold results of Lightpool and is not replaced",
                where=str(target),
                found=f"no {MARK} in it",
            )
    parent = next(place for place in (target, *target.parents) if place.exists())
    if parent == target:
        parent = target.parent
    if not parent.is_dir():
        raise SettingsError("the output cannot be written: a parent is no directory", where=str(parent))
    if not os.access(parent, os.W_OK | os.X_OK):
        raise SettingsError("the output cannot be written: permission denied", where=str(parent))


def _move_into_place(work: Path, target: Path) -> None:
    if not target.exists() or not any(target.iterdir()):
        work.rename(target)
        return
    if _exchange(work, target):
        return  # what was at the target is now at `work`, and goes with it
    old = work.with_name(f"{work.name}.old")
    target.rename(old)
    try:
        work.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two directories in one step where the system can; return whether it did."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):
        return False
    names = (os.fsencode(one), os.fsencode(other))
    return bool(renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _cannot_write(target: Path, error: OSError) -> SettingsError:
    return SettingsError(f"the output cannot be written: {error.strerror or error}", where=str(target))
