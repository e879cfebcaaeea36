"""The two index tables of a DL3 store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lightpool.dl3.files import FileCache
from lightpool.dl3.gti import reference_time, time_unit
from lightpool.dl3.table import Table
from lightpool.errors import DataError


@dataclass(frozen=True, slots=True)
class HduRow:
    """Where one piece of one run is stored.

    Parameters
    ----------
    hdu_type, hdu_class : str
        As ``psf`` and ``psf_table``, lower case.
    path : Path
    hdu_name : str
    """

    hdu_type: str
    hdu_class: str
    path: Path
    hdu_name: str


@dataclass(frozen=True, eq=False)
class StoreIndex:
    """What a store holds.

    Parameters
    ----------
    runs : dict of ndarray, each of shape (runs,)
        ``obs_id``, ``object``, ``target`` (the index's own TARGET_NAME), ``ra_obj``, ``dec_obj``, ``ra_pnt``,
        ``dec_pnt``, ``zen_pnt`` (deg), ``tstart``, ``tstop`` (TT s since J2000.0), ``ontime``, ``livetime``
        (s), ``n_events``. Unknown numbers are NaN, unknown text is empty, unknown counts are -1.
    hdus : dict
        Rows of the hdu-index by obs_id, in table order.
    """

    runs: dict[str, np.ndarray]
    hdus: dict[int, tuple[HduRow, ...]]


def find_index_file(root: Path, name: str) -> Path | None:
    """Return the path of ``<name>.fits.gz`` or ``<name>.fits`` in a folder, None without either."""
    return next((p for p in (root / f"{name}.fits.gz", root / f"{name}.fits") if p.is_file()), None)


def read_index(root: Path, obs_path: Path, hdu_path: Path, cache: FileCache) -> StoreIndex:
    """Return the index of a store.

    Raises
    ------
    DataError
        If a table is damaged, lacks a column, is empty or lists a run twice.
    """
    return StoreIndex(
        _read_runs(_index_table(obs_path, cache)), _read_hdus(_index_table(hdu_path, cache), root)
    )


def _index_table(path: Path, cache: FileCache) -> Table:
    file = cache.open(path)
    if len(file.hdu_names) < 2:
        raise DataError("the index file holds no table", where=file.name)
    return file.table(file.hdu_names[1])  # the name of this HDU differs between observatories


def _read_runs(table: Table) -> dict[str, np.ndarray]:
    obs_id = _obs_ids(table)
    if not len(obs_id):
        raise DataError("the index lists no run", where=table.where)
    ids, counts = np.unique(obs_id, return_counts=True)
    if counts.max() > 1:
        raise DataError(
            "a run is listed twice",
            where=table.where,
            found=", ".join(f"OBS_ID {i}" for i in ids[counts > 1][:5]),
        )
    n = len(obs_id)
    runs = {"obs_id": obs_id, "object": _texts(table, "OBJECT", n), "target": _texts(table, "TARGET_NAME", n)}
    for name in ("RA_PNT", "DEC_PNT"):
        runs[name.lower()] = table.column(name, unit="deg", missing_unit="deg")
    for name in ("RA_OBJ", "DEC_OBJ", "ZEN_PNT"):
        runs[name.lower()] = _numbers(table, name, "deg", n)
    if "ZEN_PNT" not in table:
        runs["zen_pnt"] = 90 - _numbers(table, "ALT_PNT", "deg", n)
    for name in ("ONTIME", "LIVETIME"):
        runs[name.lower()] = _numbers(table, name, "s", n)
    runs["tstart"], runs["tstop"] = (_times(table, name, n) for name in ("TSTART", "TSTOP"))
    counts = _numbers(table, "EVENT_COUNT", "", n)
    runs["n_events"] = np.where(np.isfinite(counts), counts, -1).astype(np.int64)
    return runs


def _read_hdus(table: Table, root: Path) -> dict[int, tuple[HduRow, ...]]:
    obs_id = _obs_ids(table)
    n = len(obs_id)
    for name in ("HDU_TYPE", "HDU_CLASS", "FILE_DIR", "FILE_NAME", "HDU_NAME"):
        table.column(name)
    types, classes, folders, names, hdus = (
        _texts(table, name, n) for name in ("HDU_TYPE", "HDU_CLASS", "FILE_DIR", "FILE_NAME", "HDU_NAME")
    )
    rows: dict[int, list[HduRow]] = {}
    for i in range(n):
        row = HduRow(types[i].lower(), classes[i].lower(), root / folders[i] / names[i], hdus[i])
        known = rows.setdefault(int(obs_id[i]), [])
        if row not in known:
            known.append(row)
    return {key: tuple(value) for key, value in rows.items()}


def _obs_ids(table: Table) -> np.ndarray:
    values = table.column("OBS_ID")
    try:
        return values.astype(np.int64)
    except (ValueError, TypeError):
        raise DataError("column OBS_ID is not a number", where=table.where, found=repr(values[0])) from None


def _texts(table: Table, name: str, n: int) -> np.ndarray:
    if name not in table:
        return np.full(n, "", dtype=object)
    return np.array([str(value).strip() for value in table.column(name)], dtype=object)


def _numbers(table: Table, name: str, unit: str, n: int) -> np.ndarray:
    return table.column(name, unit=unit, missing_unit=unit) if name in table else np.full(n, np.nan)


def _times(table: Table, name: str, n: int) -> np.ndarray:
    # A single-precision mission time is off by half a minute: such an index says nothing about times.
    if name not in table or table.number("MJDREFI", None) is None or table.column(name).dtype.itemsize < 8:
        return np.full(n, np.nan)
    return table.column(name, unit="s", missing_unit=time_unit(table, name)) + reference_time(table)
