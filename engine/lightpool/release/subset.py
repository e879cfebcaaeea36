"""The runs of a release that are asked for, the files they live in, and an index of just those."""

from __future__ import annotations

import gzip
import io
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from lightpool.errors import DataError
from lightpool.release.pinned import INDEX, Release

if TYPE_CHECKING:
    from lightpool.dl3 import DataStore


def chosen_runs(store: DataStore, target: Iterable[str], obs_id: Iterable[int]) -> tuple[int, ...]:
    """Return the runs of any of the targets and the runs of these numbers, all runs where none is asked for.

    Raises
    ------
    DataError
        For a target or a run that the release does not have; it names the nearest.
    """
    targets, ids = tuple(target), tuple(obs_id)
    if not targets and not ids:
        return store.obs_ids
    chosen = {i for name in targets for i in store.select(target=name).obs_ids}
    chosen.update(store.observation(i).obs_id for i in ids)
    return tuple(i for i in store.obs_ids if i in chosen)


def files_of(store: DataStore, release: Release) -> dict[int, tuple[str, ...]]:
    """Return the files of each run, as paths within the store.

    Raises
    ------
    DataError
        If the index names a file that is not in the list of the release.
    """
    files = {}
    for i in store.obs_ids:
        names = {path.relative_to(store.path).as_posix() for path in store.observation(i).files}
        unknown = names - set(release.files)
        if unknown or not names:
            raise DataError(
                "the index and the list of files of the release disagree",
                where=f"run {i}",
                found=min(unknown, default="no file"),
            )
        files[i] = tuple(sorted(names))
    return files


def index_of(source: Path, obs_ids: Collection[int]) -> bytes:
    """Return an index file that lists these runs only, as the bytes of a ``.fits.gz``.

    Parameters
    ----------
    source : Path
        The index file of the whole release. If every run of it is wanted, its very bytes are returned.
    obs_ids : collection of int
    """
    import numpy as np
    from astropy.io import fits

    content = source.read_bytes()
    with fits.open(io.BytesIO(gzip.decompress(content)), memmap=False) as hdus:
        rows = np.asarray(hdus[1].data["OBS_ID"], dtype=np.int64)
        wanted = np.isin(rows, list(obs_ids))
        if wanted.all():
            return content
        hdus[1].data = hdus[1].data[wanted]
        number = len(np.unique(rows[wanted])), len(np.unique(rows))
        hdus[1].header["HISTORY"] = f"{number[0]} of {number[1]} runs, taken out by lightpool download"
        for hdu in hdus:
            hdu.add_checksum()
        out = io.BytesIO()
        hdus.writeto(out)
    return gzip.compress(out.getvalue(), mtime=0)


def write_index(whole: Path, folder: Path, scratch: Path, obs_ids: Collection[int]) -> None:
    """Put the index of these runs into a folder, each file in one step."""
    for name in INDEX:
        new = scratch / f"{name}.new"
        new.write_bytes(index_of(whole / name, obs_ids))
        new.replace(folder / name)
