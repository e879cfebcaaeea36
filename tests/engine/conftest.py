"""A writer of tiny GADF stores: a run is a dict of tables that a test may damage before it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from lightpool.dl3 import DataStore

MET = {"MJDREFI": 53000, "MJDREFF": 0.0, "TIMEUNIT": "s", "TIMESYS": "TT"}
ENERGY = np.array([0.1, 1.0, 10.0, 100.0])
MIGRA = np.array([0.2, 0.8, 1.2, 3.0])
THETA = np.array([0.0, 1.0, 2.0])
RAD = np.array([0.0, 0.05, 0.1, 0.4])
DET = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])


@dataclass
class Table:
    """A table before it is written: header, and columns as values with their unit."""

    columns: dict
    header: dict = field(default_factory=dict)
    rows: bool = False  # an event list or GTI, not one row of arrays

    def hdu(self, name):
        columns = []
        for key, (values, unit) in self.columns.items():
            values = np.asarray(values, dtype=float)
            if self.rows:
                form, dim = "D", None
            else:
                form = f"{values.size}D"
                dim = f"({','.join(str(n) for n in values.shape[::-1])})" if values.ndim > 1 else None
                values = values[np.newaxis]
            columns.append(fits.Column(name=key, format=form, unit=unit, dim=dim, array=values))
        hdu = fits.BinTableHDU.from_columns(columns, name=name)
        hdu.header.update(self.header)
        return hdu


def axis(name, edges, unit):
    return {f"{name}_LO": (edges[:-1], unit), f"{name}_HI": (edges[1:], unit)}


def irf(axes, column, values, unit, kind, form):
    columns = {k: v for args in axes for k, v in axis(*args).items()}
    columns[column] = (values, unit)
    header = {"HDUCLAS1": "RESPONSE", "HDUCLAS2": kind, "HDUCLAS3": "FULL-ENCLOSURE", "HDUCLAS4": form}
    return Table(columns, header)


class Gadf:
    """What a test uses: `run` makes the tables, `write` a store of them, `store` both and opens it."""

    def __init__(self, folder: Path):
        self.folder = folder

    def run(self, obs_id=1, *, target="Crab", lon=83.6, lat=22.5):
        energy = ("ENERG", ENERGY, "TeV")
        theta = ("THETA", THETA, "deg")
        events = {
            "TIME": ([10.0, 50.0, 90.0, 120.0], "s"),
            "RA": (lon + np.array([0, 0.1, 0.2, 0.3]), "deg"),
            "DEC": (lat + np.array([0, 0.1, 0.2, 0.3]), "deg"),
            "ENERGY": ([0.5, 1.0, 2.0, 30.0], "TeV"),
        }
        gti = {"START": ([0.0], "s"), "STOP": ([100.0], "s")}
        pointing = {"OBS_ID": obs_id, "RA_PNT": lon, "DEC_PNT": lat, "OBJECT": target, "ALT_PNT": 60.0}
        live = {"DEADC": 0.9, "ONTIME": 100.0, "LIVETIME": 90.0}
        ring = np.pi * np.radians(RAD[1:]) ** 2 - np.pi * np.radians(RAD[:-1]) ** 2
        psf = np.broadcast_to((np.array([0.5, 0.3, 0.2]) / ring)[:, None, None], (3, 2, 3))
        det = [("DETX", DET, "deg"), ("DETY", DET, "deg")]
        areas = [[1e4, 1e5, 2e5], [5e3, 5e4, 1e5]]
        migration = ("MIGRA", MIGRA, "")
        matrix = np.broadcast_to(np.array([0.2, 2.0, 0.1])[:, None], (2, 3, 3))
        return {
            "EVENTS": Table(events, MET | pointing | live | {"HDUCLAS1": "EVENTS"}, rows=True),
            "GTI": Table(gti, MET | {"HDUCLAS1": "GTI"}, rows=True),
            "AEFF": irf([energy, theta], "EFFAREA", areas, "m2", "EFF_AREA", "AEFF_2D"),
            "EDISP": irf([energy, migration, theta], "MATRIX", matrix, "", "EDISP", "EDISP_2D"),
            "PSF": irf([energy, theta, ("RAD", RAD, "deg")], "RPSF", psf, "sr-1", "RPSF", "PSF_TABLE"),
            "BKG": irf([*det, energy], "BKG", np.full((3, 4, 4), 1e-6), "s-1 MeV-1 sr-1", "BKG", "BKG_3D"),
        }

    def point_like_run(self, obs_id=1, *, rad_max=0.1):
        tables = self.run(obs_id)
        del tables["PSF"], tables["BKG"]
        for name in ("AEFF", "EDISP"):
            tables[name].header["HDUCLAS3"] = "POINT-LIKE"
        if rad_max is not None:
            tables["AEFF"].header["RAD_MAX"] = rad_max
        return tables

    def write(self, *runs, name="store", index=None, hdu_index=None, suffix=".fits"):
        """Write a folder; `index` and `hdu_index` edit the rows of the index tables beforehand."""
        root = self.folder / name
        (root / "data").mkdir(parents=True)
        obs_rows, hdu_rows = [], []
        for number, tables in enumerate(runs, start=1):
            header = tables["EVENTS"].header
            obs_id = header["OBS_ID"]
            file = f"run_{number}{suffix}"
            hdus = [fits.PrimaryHDU(), *(table.hdu(key) for key, table in tables.items())]
            fits.HDUList(hdus).writeto(root / "data" / file)
            obs_rows.append({
                "OBS_ID": obs_id, "OBJECT": header.get("OBJECT", ""), "RA_PNT": 83.6, "DEC_PNT": 22.5,
                "ZEN_PNT": 30.0, "TSTART": 0.0, "TSTOP": 100.0, "EVENT_COUNT": 4,
            })  # fmt: skip
            for key, table in tables.items():
                kind = {"events": "events", "gti": "gti"}.get(
                    key.lower(), table.header.get("HDUCLAS4", "").lower()
                )
                hdu_rows.append({
                    "OBS_ID": obs_id, "HDU_TYPE": key.lower(), "HDU_CLASS": kind, "FILE_DIR": "data",
                    "FILE_NAME": file, "HDU_NAME": key.lower(),
                })  # fmt: skip
        for edit, rows in ((index, obs_rows), (hdu_index, hdu_rows)):
            if edit is not None:
                edit(rows)
        _write_rows(root / "obs-index.fits.gz", obs_rows, MET)
        _write_rows(root / "hdu-index.fits.gz", hdu_rows, {})
        return root

    def store(self, *runs, **kwargs):
        return DataStore(self.write(*(runs or (self.run(),)), **kwargs))


def _write_rows(path, rows, header):
    columns = []
    for key in rows[0]:
        values = np.array([row[key] for row in rows])
        form = {"i": "K", "f": "D"}.get(values.dtype.kind) or f"{max(1, values.dtype.itemsize // 4)}A"
        columns.append(fits.Column(name=key, format=form, array=values))
    hdu = fits.BinTableHDU.from_columns(columns, name="INDEX")
    hdu.header.update(header)
    hdu.writeto(path)


@pytest.fixture
def gadf(tmp_path):
    return Gadf(tmp_path)
