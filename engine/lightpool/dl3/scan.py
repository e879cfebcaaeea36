"""A store without index files: its runs are found by reading headers."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from lightpool.dl3.files import FileCache, FitsFile
from lightpool.dl3.index import HduRow, StoreIndex, find_index_file
from lightpool.dl3.table import Table
from lightpool.errors import DataError

_SUFFIXES = (".fits", ".fits.gz", ".fit", ".fit.gz")
_RESPONSES = {
    "EFF_AREA": "aeff",
    "EDISP": "edisp",
    "RPSF": "psf",
    "PSF": "psf",
    "BKG": "bkg",
    "RAD_MAX": "rad_max",
}
_MAX_FILES = 5000
_DEPTHS = ("*", "*/*", "*/*/*")


def stores_below(path: Path) -> list[Path]:
    """Return the folders up to three levels below that have an obs-index, relative to `path`."""
    folders = [p for p in _inside(path) if p.is_dir()]
    return [p.relative_to(path) for p in folders if find_index_file(p, "obs-index")]


def _inside(path: Path) -> list[Path]:
    """Return what lies up to three levels below, nearest first, without what is hidden."""
    found = (p for pattern in _DEPTHS for p in sorted(path.glob(pattern)))
    return [p for p in found if not any(part.startswith(".") for part in p.relative_to(path).parts)]


def scan_headers(path: Path, files: FileCache) -> StoreIndex | None:
    """Return the index of the DL3 files in a folder and three levels below, None if there is none.

    HDUCLAS1, 2 and 4 tell what an HDU is, OBS_ID which run it belongs to. Responses without OBS_ID
    belong to the events of the same file.

    Raises
    ------
    DataError
        If a file cannot be read, or a run's events are found twice.
    """
    candidates = [p for p in sorted(_inside(path)) if p.name.lower().endswith(_SUFFIXES) and p.is_file()][
        :_MAX_FILES
    ]
    rows: list[dict[str, Any]] = []
    hdus: dict[int, list[HduRow]] = {}
    for candidate in candidates:
        _add_file(files.open(candidate), rows, hdus)
    if not rows:
        return None
    doubles = [obs_id for obs_id, n in Counter(row["obs_id"] for row in rows).items() if n > 1]
    if doubles:
        raise DataError(
            "the events of a run are there twice", where=files.label(path), found=f"OBS_ID {doubles[0]}"
        )
    rows.sort(key=lambda row: row["obs_id"])
    runs = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    for key in ("object", "target"):
        runs[key] = runs[key].astype(object)
    return StoreIndex(runs, {key: tuple(value) for key, value in hdus.items()})


def _add_file(file: FitsFile, rows: list[dict[str, Any]], hdus: dict[int, list[HduRow]]) -> None:
    found: list[tuple[int | None, HduRow]] = []
    own: int | None = None
    for name, header in file.headers():
        kind, hdu_class = _classify(header)
        if not kind:
            continue
        table = file.table(name)
        number = table.number("OBS_ID", None)
        obs_id = None if number is None else int(number)
        found.append((obs_id, HduRow(kind, hdu_class, file.path, name)))
        if kind == "events" and obs_id is not None:
            own = obs_id
            rows.append(_run_row(table, obs_id))
    for obs_id, row in found:
        key = own if obs_id is None else obs_id
        if key is not None:
            hdus.setdefault(key, []).append(row)


def _classify(header: Any) -> tuple[str, str]:
    kind, response, form = (
        str(header.get(key, "")).strip().upper() for key in ("HDUCLAS1", "HDUCLAS2", "HDUCLAS4")
    )
    if kind in ("EVENTS", "GTI"):
        return kind.lower(), kind.lower()
    return (_RESPONSES.get(response, ""), form.lower()) if kind == "RESPONSE" else ("", "")


def _run_row(table: Table, obs_id: int) -> dict[str, Any]:
    keys = ("RA_PNT", "DEC_PNT", "RA_OBJ", "DEC_OBJ", "ONTIME", "LIVETIME")
    row: dict[str, Any] = {key.lower(): table.number(key, math.nan) for key in keys}
    return row | {
        "obs_id": obs_id,
        "object": table.text("OBJECT"),
        "target": "",
        "zen_pnt": 90 - table.number("ALT_PNT", math.nan),
        "tstart": math.nan,
        "tstop": math.nan,
        "n_events": len(table),
    }
