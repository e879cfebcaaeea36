"""Every check of a run's tables, each with the very value it must catch and the sentence it must say."""

from __future__ import annotations

import numpy as np
import pytest

from lightpool.errors import DataError


def set_column(table, name, values=None, unit=None):
    old_values, old_unit = table.columns[name]
    table.columns[name] = (old_values if values is None else values, old_unit if unit is None else unit)


def put(table, name, index, value):
    values, unit = table.columns[name]
    values = np.array(values, dtype=float)
    values[index] = value
    table.columns[name] = (values, unit)


def column(hdu, name, values=None, unit=None):
    return lambda run: set_column(run[hdu], name, values, unit)


def value(hdu, name, index, new):
    return lambda run: put(run[hdu], name, index, new)


def header(hdu, key, new):
    return lambda run: run[hdu].header.__setitem__(key, new)


def no_header(hdu, key):
    return lambda run: run[hdu].header.pop(key)


def no_column(hdu, name):
    return lambda run: run[hdu].columns.pop(name)


DAMAGE = {
    # event list
    "no ENERGY": (
        no_column("EVENTS", "ENERGY"),
        "events",
        "store/data/run_1.fits[events]: column ENERGY is missing; found TIME, RA, DEC",
    ),
    "ENERGY in kg": (
        column("EVENTS", "ENERGY", unit="kg"),
        "events",
        "[events]: column ENERGY has a wrong unit; found 'kg'; expected 'TeV'",
    ),
    "ENERGY without unit": (
        column("EVENTS", "ENERGY", unit=""),
        "events",
        "[events]: column ENERGY has a wrong unit; found no unit; expected 'TeV'",
    ),
    "RA in s": (
        column("EVENTS", "RA", unit="s"),
        "events",
        "[events]: column RA has a wrong unit; found 's'; expected 'deg'",
    ),
    "only unusable rows": (
        column("EVENTS", "ENERGY", [np.nan, 0, -1, np.inf]),
        "events",
        "[events]: no row of the event list can be used; found 4 of 4 rows",
    ),
    "TIME contradicts TIMEUNIT": (
        header("EVENTS", "TIMEUNIT", "d"),
        "events",
        "[events]: the unit of column TIME contradicts TIMEUNIT; found 's' and 'd'",
    ),
    "events of another year": (
        header("EVENTS", "MJDREFI", 54000),
        "events",
        "the events are not of the time of the GTI; found 4 of 4 events more than a day away",
    ),
    "events far from the pointing": (
        value("EVENTS", "DEC", slice(None), -40),
        "events",
        "[events]: the events are not near the pointing RA_PNT, DEC_PNT; found a median distance of 62.5 deg",
    ),
    "another run": (
        header("EVENTS", "OBS_ID", 2),
        "events",
        "[events]: the table is of another run than the index says; found OBS_ID 2; expected OBS_ID 1",
    ),
    "B1950": (
        header("EVENTS", "RADECSYS", "FK4"),
        "events",
        "[events]: directions of this frame cannot be used; found FK4, equinox 2000; expected ICRS or FK5",
    ),
    "equinox 1950": (header("EVENTS", "EQUINOX", 1950.0), "lon", "found ICRS, equinox 1950"),
    "no pointing": (no_header("EVENTS", "RA_PNT"), "lon", "[events]: header keyword RA_PNT is missing"),
    "RA_PNT 400": (header("EVENTS", "RA_PNT", 400.0), "lon", "RA_PNT is out of range; found 400 deg"),
    "DEC_PNT 91": (header("EVENTS", "DEC_PNT", 91.0), "lat", "DEC_PNT is out of range; found 91 deg"),
    "no DEADC": (no_header("EVENTS", "DEADC"), "deadc", "[events]: header keyword DEADC is missing"),
    "DEADC 0": (header("EVENTS", "DEADC", 0.0), "deadc", "DEADC is out of range; found 0; expected above 0"),
    "DEADC 1.1": (header("EVENTS", "DEADC", 1.1), "deadc", "DEADC is out of range; found 1.1"),
    "DEADC good": (header("EVENTS", "DEADC", "good"), "deadc", "DEADC is not a number; found 'good'"),
    "DEADC true": (header("EVENTS", "DEADC", True), "deadc", "DEADC is not a number; found True"),
    "DEADC nan": (
        header("EVENTS", "DEADC", "nan"),
        "deadc",
        "header keyword DEADC is not a number; found 'nan'",
    ),
    # good time
    "no GTI rows": (
        lambda run: run["GTI"].columns.update(START=([], "s"), STOP=([], "s")),
        "gti",
        "[gti]: there is no good time interval; found 0 rows",
    ),
    "GTI backwards": (
        column("GTI", "STOP", [-5.0]),
        "gti",
        "a good time interval stops before it starts; found START 0.000 s, STOP -5.000 s (row 0)",
    ),
    "GTI of no length": (column("GTI", "STOP", [0.0]), "gti", "the good time intervals have no length"),
    "GTI nan": (column("GTI", "START", [np.nan]), "gti", "[gti]: a good time interval is not a number"),
    "GTI twice": (
        lambda run: run["GTI"].columns.update(START=([50.0, 0.0], "s"), STOP=([100.0, 60.0], "s")),
        "gti",
        "good time intervals overlap, their time would count twice; found 10.000 s in common",
    ),
    "GTI in deg": (column("GTI", "START", unit="deg"), "gti", "contradicts TIMEUNIT; found 'deg' and 's'"),
    "time scale": (
        header("GTI", "TIMESYS", "UT7"),
        "gti",
        "[gti]: time scale is not known; found 'UT7'; expected TT, UTC or TAI",
    ),
    "no MJDREFI": (no_header("GTI", "MJDREFI"), "gti", "[gti]: header keyword MJDREFI is missing"),
    # effective area
    "EFFAREA in s": (
        column("AEFF", "EFFAREA", unit="s"),
        "aeff",
        "[aeff]: column EFFAREA has a wrong unit; found 's'; expected 'm2'",
    ),
    "EFFAREA nan": (
        value("AEFF", "EFFAREA", (1, 2), np.nan),
        "aeff",
        "column EFFAREA has 1 values that are not numbers; found nan at THETA 1.5, ENERG 31.6",
    ),
    "EFFAREA negative": (
        value("AEFF", "EFFAREA", (0, 0), -1e4),
        "aeff",
        "[aeff]: column EFFAREA is negative; found -10000 (largest value 200000)",
    ),
    "EFFAREA zero": (
        column("AEFF", "EFFAREA", np.zeros((2, 3))),
        "aeff",
        "[aeff]: the effective area is zero everywhere",
    ),
    "EFFAREA turned": (
        column("AEFF", "EFFAREA", np.ones((3, 2))),
        "aeff",
        "column EFFAREA does not fit its axes; found shape (3, 2); expected (2, 3) for (THETA, ENERG)",
    ),
    "EFFAREA short": (
        column("AEFF", "EFFAREA", np.ones(5)),
        "aeff",
        "column EFFAREA does not fit its axes; found shape (5,)",
    ),
    "energies fall": (
        lambda run: run["AEFF"].columns.update(
            ENERG_LO=([0.1, 10.0, 1.0], "TeV"), ENERG_HI=([1.0, 100.0, 10.0], "TeV")
        ),
        "aeff",
        "[aeff]: ENERG_LO must increase; found 1 after 10 TeV (value 2)",
    ),
    "energies with a gap": (
        column("AEFF", "ENERG_LO", [0.1, 2.0, 10.0]),
        "aeff",
        "leave gaps or overlap; found a bin up to 1, the next from 2",
    ),
    "energy zero": (
        column("AEFF", "ENERG_LO", [0.0, 1.0, 10.0]),
        "aeff",
        "ENERG_LO and ENERG_HI must be positive; found 0 TeV",
    ),
    "energy nan": (
        column("AEFF", "ENERG_LO", [0.1, np.nan, 10.0]),
        "aeff",
        "ENERG_LO and ENERG_HI hold values that are not numbers",
    ),
    "axis sizes": (
        column("AEFF", "THETA_HI", [1.0, 2.0, 3.0]),
        "aeff",
        "THETA_LO and THETA_HI differ in length; found 2 and 3",
    ),
    "a bin without width": (
        lambda run: run["AEFF"].columns.update(THETA_LO=([0.0, 1.0], "deg"), THETA_HI=([0.0, 2.0], "deg")),
        "aeff",
        "a bin of THETA_LO and THETA_HI has no width; found 0 to 0",
    ),
    "LO_THRES negative": (
        header("AEFF", "LO_THRES", -0.1),
        "aeff",
        "[aeff]: header keyword LO_THRES is negative; found -0.1 TeV",
    ),
    "thresholds crossed": (
        lambda run: run["AEFF"].header.update(LO_THRES=20.0, HI_THRES=10.0),
        "aeff",
        "the safe energy range of the header is empty; found LO_THRES 20 TeV, HI_THRES 10 TeV",
    ),
    "RAD_MAX 0": (header("AEFF", "RAD_MAX", 0.0), "aeff", "[aeff]: RAD_MAX is out of range; found 0 deg"),
    # energy dispersion
    "MATRIX nan": (
        value("EDISP", "MATRIX", (0, 1, 2), np.nan),
        "edisp",
        "column MATRIX has 1 values that are not numbers; found nan at THETA 0.5, MIGRA 1, ENERG 31.6",
    ),
    "MATRIX negative": (
        value("EDISP", "MATRIX", (0, 1, 2), -3),
        "edisp",
        "[edisp]: column MATRIX is negative; found -3",
    ),
    "MATRIX zero": (
        column("EDISP", "MATRIX", np.zeros((2, 3, 3))),
        "edisp",
        "[edisp]: the energy dispersion is zero everywhere",
    ),
    "MATRIX without one energy": (
        value("EDISP", "MATRIX", (slice(None), slice(None), 1), 0),
        "edisp",
        "empty where the effective area is large; found 2 empty rows, the first at 3.16 TeV, offset 0.5 deg",
    ),
    "migration in per cent": (
        lambda run: run["EDISP"].columns.update(
            MIGRA_LO=([20.0, 80.0, 120.0], ""), MIGRA_HI=([80.0, 120.0, 300.0], "")
        ),
        "edisp",
        "[edisp]: the migration axis does not contain 1; found MIGRA 20 to 300",
    ),
    # point spread function
    "RAD in rad": (
        lambda run: [set_column(run["PSF"], f"RAD_{end}", unit="rad") for end in ("LO", "HI")],
        "psf",
        "[psf]: the point spread function does not integrate to 1; found 3.28e+03 at most",
    ),
    "RPSF negative": (value("PSF", "RPSF", (0, 0, 0), -1e9), "psf", "[psf]: column RPSF is negative"),
    "RPSF zero": (
        column("PSF", "RPSF", np.zeros((3, 2, 3))),
        "psf",
        "the point spread function does not integrate to 1; found 0 at most",
    ),
    "another PSF": (
        header("PSF", "HDUCLAS4", "PSF_CAKE"),
        "psf",
        "the kind of point spread function is not known; found 'psf_cake'; expected psf_table, psf_3gauss",
    ),
    # background
    "BKG negative": (value("BKG", "BKG", (0, 0, 0), -1.0), "bkg", "[bkg]: column BKG is negative; found -1"),
    "BKG zero": (
        column("BKG", "BKG", np.zeros((3, 4, 4))),
        "bkg",
        "[bkg]: the background model is zero everywhere",
    ),
    "BKG shape": (
        column("BKG", "BKG", np.ones((4, 3, 4))),
        "bkg",
        "column BKG does not fit its axes; found shape (4, 3, 4); expected (3, 4, 4) for (ENERG, DETX, DETY)",
    ),
    "FOVALIGN": (
        header("BKG", "FOVALIGN", "NORTH"),
        "bkg",
        "[bkg]: FOVALIGN is not known; found 'NORTH'; expected RADEC or ALTAZ",
    ),
    "another BKG": (
        header("BKG", "HDUCLAS4", "BKG_9D"),
        "bkg",
        "the kind of background model is not known; found 'bkg_9d'; expected bkg_2d, bkg_3d",
    ),
    # pieces
    "no GTI table": (
        lambda run: run.pop("GTI"),
        "gti",
        "store: run 1 has no gti in the index; found events, aeff, edisp, psf, bkg",
    ),
    "no PSF": (
        lambda run: run.pop("PSF"),
        "psf",
        "run 1 has no psf in the index; found events, gti, aeff, edisp, bkg. Analyse it without containment",
    ),
    "no BKG": (
        lambda run: run.pop("BKG"),
        "bkg",
        "run 1 has no bkg in the index; found events, gti, aeff, edisp, psf. Maps need a background model",
    ),
}


def test_a_sound_run_has_nothing_to_say(gadf):
    obs = gadf.store().observation(1)
    pieces = [obs.events, obs.gti, obs.aeff, obs.edisp, obs.psf, obs.bkg, obs.lon, obs.lat, obs.deadc]
    assert all(piece is not None for piece in pieces)
    assert obs.warnings == ()


@pytest.mark.parametrize(("damage", "piece", "message"), DAMAGE.values(), ids=DAMAGE)
def test_damage_is_named(gadf, damage, piece, message):
    run = gadf.run()
    damage(run)
    obs = gadf.store(run, index=_as_run_1, hdu_index=_as_run_1).observation(1)
    with pytest.raises(DataError) as caught:
        getattr(obs, piece)
    assert message in str(caught.value)


def _as_run_1(rows):
    for row in rows:
        row.update(OBS_ID=1)
