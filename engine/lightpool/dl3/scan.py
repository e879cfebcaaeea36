"""A store without index files: its runs are found by reading headers."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np

from lightpool.dl3.files import FileCache, FitsFile
from lightpool.dl3.index import HduRow, StoreIndex, find_index_file
from lightpool.errors import DataError

_SUFFIXES = (".fits", ".fits.gz", ".fit", ".fit.gz")
_RESPONSES = {"EFF_AREA": "aeff", "EDISP": "edisp", "RPSF": "psf", "PSF": "psf", "BKG": "bkg", "RAD_MAX": "rad_max"}
_MAX_FILES = 5000


def stores_below(path: Path) -> list[Path]:
    """Return the folders up to three levels below that have an obs-index, relative to `path`."""
    patterns = ("*", "*/*", "*/*/*")
    folders = [p for pattern in patterns for p in sorted(path.glob(pattern)) if p.is_dir()]
    return [p.relative_to(path) for p in folders if find_index_file(p, "obs-index")]


def scan_headers(path: Path, files: FileCache) -> StoreIndex | None:
    """Return the index of the DL3 files in a folder and the folders below, None if there is none.

    HDUCLAS1, 2 and 4 tell what an HDU is, OBS_ID which run it belongs to. Responses without OBS_ID
    belong to the events of the same file.

    Raises
    ------
    DataError
        If a run's events are found twice.
    """
    candidates = [p for p in sorted(path.rglob("*")) if p.name.lower().endswith(_SUFFIXES)][:_MAX_FILES]
    rows: list[dict[str, object]] = []
    hdus: dict[int, list[HduRow]] = {}
    for candidate in candidates:
        try:
            file = files.open(candidate)
        except DataError:
            continue  # whatever it is, it cannot be asked what it is; a damaged run then is not in the list
        _add_file(file, rows, hdus)
    if not rows:
        return None
    doubles = [obs_id for obs_id, n in Counter(row["obs_id"] for row in rows).items() if n > 1]
    if doubles:
        raise DataError("the events of a run are there twice", where=files.label(path), found=f"OBS_ID {doubles[0]}")
    rows.sort(key=lambda row: row["obs_id"])  # type: ignore[arg-type, return-value]
    runs = {key: np.array([row[key] for row in rows]) for key in rows[0] if key not in ("object", "target")}
    for key in ("object", "target"):
        runs[key] = np.array([row[key] for row in rows], dtype=object)
    return StoreIndex(runs, {key: tuple(value) for key, value in hdus.items()})


def _add_file(file: FitsFile, rows: list[dict[str, object]], hdus: dict[int, list[HduRow]]) -> None:
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


def _classify(header: object) -> tuple[str, str]:
    text = {key: str(header.get(key, "")).strip().upper() for key in ("HDUCLAS1", "HDUCLAS2", "HDUCLAS4")}  # type: ignore[attr-defined]
    if text["HDUCLAS1"] in ("EVENTS", "GTI"):
        return text["HDUCLAS1"].lower(), text["HDUCLAS1"].lower()
    return _RESPONSES.get(text["HDUCLAS2"], "") if text["HDUCLAS1"] == "RESPONSE" else "", text["HDUCLAS4"].lower()


def _run_row(table: object, obs_id: int) -> dict[str, object]:
    number = table.number  # type: ignore[attr-defined]
    row = {key.lower(): number(key, math.nan) for key in ("RA_PNT", "DEC_PNT", "RA_OBJ", "DEC_OBJ", "ONTIME", "LIVETIME")}
    return row | {
        "obs_id": obs_id, "object": table.text("OBJECT"), "target": "", "zen_pnt": 90 - number("ALT_PNT", math.nan),  # type: ignore[attr-defined]
        "tstart": math.nan, "tstop": math.nan, "n_events": len(table),  # type: ignore[arg-type]
    }  # fmt: skip
