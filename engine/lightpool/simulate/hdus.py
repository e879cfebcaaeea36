"""The FITS tables of one simulated run, as the GADF 0.2 format wants them."""

from __future__ import annotations

from typing import Any

import numpy as np

from lightpool.fits_table import Column, primary_bytes, table_bytes
from lightpool.simulate.events import DrawnEvents
from lightpool.simulate.scene import Run, Scene
from lightpool.simulate.tables import ResponseTables
from lightpool.times import to_utc, tt_offset

CREATOR = "lightpool"
#: Mission time counts from 2001-01-01T00:00:00 UTC, as the H.E.S.S. files do.
MJDREFI, MJDREFF = 51910, 0.000742870370370241
GADF = {
    "HDUCLASS": "GADF",
    "HDUDOC": "https://github.com/open-gamma-ray-astro/gamma-astro-data-formats",
    "HDUVERS": "0.2",
}
TIME_KEYS = {
    "MJDREFI": MJDREFI,
    "MJDREFF": MJDREFF,
    "TIMEUNIT": "s",
    "TIMESYS": "TT",
    "TIMEREF": "LOCAL",
}
#: HDU_TYPE, HDU_CLASS and HDU_NAME of each table of a run, in the order of the file.
HDU_KINDS = (
    ("events", "events", "EVENTS"),
    ("gti", "gti", "GTI"),
    ("aeff", "aeff_2d", "AEFF"),
    ("edisp", "edisp_2d", "EDISP"),
    ("psf", "psf_table", "PSF"),
    ("bkg", "bkg_3d", "BKG"),
)


def object_name(target: str) -> str:
    """Return the OBJECT keyword: nobody shall take simulated data for real ones.

    Examples
    --------
    >>> object_name("Crab Nebula")
    'Crab Nebula (simulated)'
    """
    return target if target.endswith("(simulated)") else f"{target} (simulated)"


def mission_time(tt_seconds: Any) -> np.ndarray:
    """Return seconds of mission time of TT seconds since J2000.0."""
    # Rounded to 0.1 us: the difference of two large numbers is no better.
    return np.round(np.asarray(tt_seconds, dtype=float) - tt_offset(MJDREFI, MJDREFF, "TT"), 7)


def observation_keys(scene: Scene, run: Run) -> dict[str, Any]:
    """Return what the EVENTS header and the observation index both say about a run."""
    instrument = scene.instrument
    zenith, azimuth = scene.zenith_azimuth(run)
    start, stop = np.datetime_as_string(to_utc([run.start, run.stop]), unit="ms")
    return {
        "OBS_ID": run.obs_id,
        "OBJECT": object_name(run.target),
        "RA_OBJ": float(run.target_lon % 360),
        "DEC_OBJ": float(run.target_lat),
        "RA_PNT": float(run.lon % 360),
        "DEC_PNT": float(run.lat),
        "ALT_PNT": 90 - zenith,
        "AZ_PNT": azimuth,
        "TSTART": float(mission_time(run.start)),
        "TSTOP": float(mission_time(run.stop)),
        "ONTIME": float(run.ontime),
        "LIVETIME": run.ontime * instrument.deadc,
        "DEADC": float(instrument.deadc),
        "DATE-OBS": start[:10],
        "TIME-OBS": start[11:],
        "DATE-END": stop[:10],
        "TIME-END": stop[11:],
        "N_TELS": 4,
        "TELLIST": "1,2,3,4",
    }


def site_keys(scene: Scene) -> dict[str, float]:
    """Return GEOLON, GEOLAT (deg) and ALTITUDE (m)."""
    site = scene.instrument
    return {"GEOLON": site.site_lon, "GEOLAT": site.site_lat, "ALTITUDE": site.altitude}


def run_bytes(scene: Scene, run: Run, events: DrawnEvents, tables: ResponseTables) -> list[bytes]:
    """Return all HDUs of a run: the primary one, then those of `HDU_KINDS` in order."""
    about = observation_keys(scene, run)
    maker = {"ORIGIN": "Simulated by Lightpool", "TELESCOP": "SIMULATED", "INSTRUME": "Four telescopes"}
    common = {**GADF, **maker, "CREATOR": CREATOR, "OBS_ID": run.obs_id}
    note = "Simulated by Lightpool: no photon of this file came from the sky."
    return [
        primary_bytes({"HISTORY": note}),
        _events(events, {**common, **about, **TIME_KEYS, **site_keys(scene)}),
        _gti(about, {**common, **TIME_KEYS}),
        *_responses(tables, {**common, "ZENITH": 90 - about["ALT_PNT"]}),
    ]


def _events(events: DrawnEvents, keys: dict[str, Any]) -> bytes:
    columns = [
        Column("EVENT_ID", np.arange(1, len(events) + 1, dtype=np.int64)),
        Column("TIME", mission_time(events.time), "s"),
        Column("RA", events.lon.astype(np.float32), "deg"),
        Column("DEC", events.lat.astype(np.float32), "deg"),
        Column("ENERGY", events.energy.astype(np.float32), "TeV"),
    ]
    # CREATOR also tells readers which way DETX runs: anything but the name of the H.E.S.S. writer
    # means the standard, fov_lon toward falling right ascension.
    special = {
        "HDUCLAS1": "EVENTS",
        "EV_CLASS": "simulated",
        "RADECSYS": "ICRS",
        "EQUINOX": 2000.0,
        "OBS_MODE": "WOBBLE",
        "EUNIT": "TeV",
        "TELAPSE": keys["ONTIME"],
    }
    return table_bytes("EVENTS", columns, {**keys, **special})


def _gti(about: dict[str, Any], keys: dict[str, Any]) -> bytes:
    columns = [
        Column("START", np.array([about["TSTART"]]), "s"),
        Column("STOP", np.array([about["TSTOP"]]), "s"),
    ]
    span = {name: about[name] for name in ("TSTART", "TSTOP")}
    return table_bytes("GTI", columns, {**keys, "HDUCLAS1": "GTI", **span})


def _responses(tables: ResponseTables, keys: dict[str, Any]) -> list[bytes]:
    energy = _axis("ENERG", "TeV", tables.energy_edges)
    theta = [_cell("THETA_LO", "deg", tables.offsets), _cell("THETA_HI", "deg", tables.offsets)]  # nodes
    aeff = [*energy, *theta, _cell("EFFAREA", "m2", tables.aeff)]
    edisp = [*energy, *_axis("MIGRA", "", tables.migra_edges), *theta, _cell("MATRIX", "", tables.edisp)]
    psf = [*_axis("ENERG", "TeV", tables.psf_energy_edges), *theta]
    psf += [*_axis("RAD", "deg", tables.rad_edges), _cell("RPSF", "sr-1", tables.psf)]
    bkg = [*_axis("DETX", "deg", tables.fov_edges), *_axis("DETY", "deg", tables.fov_edges)]
    bkg += [*_axis("ENERG", "TeV", tables.bkg_energy_edges), _cell("BKG", "s-1 MeV-1 sr-1", tables.bkg)]
    safe = {"LO_THRES": tables.lo_thres, "HI_THRES": tables.hi_thres}

    def response(name: str, kind: str, scheme: str, columns: list[Column], more: dict[str, Any]) -> bytes:
        classes = {"HDUCLAS1": "RESPONSE", "HDUCLAS2": kind, "HDUCLAS3": "FULL-ENCLOSURE", "HDUCLAS4": scheme}
        return table_bytes(name, columns, {**keys, **classes, **more})

    return [
        response("AEFF", "EFF_AREA", "AEFF_2D", aeff, safe),
        response("EDISP", "EDISP", "EDISP_2D", edisp, {}),
        response("PSF", "RPSF", "PSF_TABLE", psf, {}),
        response("BKG", "BKG", "BKG_3D", bkg, {"FOVALIGN": "RADEC"}),
    ]


def _axis(name: str, unit: str, edges: np.ndarray) -> list[Column]:
    return [_cell(f"{name}_LO", unit, edges[:-1]), _cell(f"{name}_HI", unit, edges[1:])]


def _cell(name: str, unit: str, values: np.ndarray) -> Column:
    return Column(name, values[None].astype(np.float32), unit)
