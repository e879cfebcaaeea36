"""Units as files spell them: convertible ones are converted, others refused."""

from __future__ import annotations

import numpy as np
import pytest

from lightpool.dl3.file_units import unit_factor


@pytest.mark.parametrize(
    ("found", "expected", "factor"),
    [
        ("TeV", "TeV", 1),
        ("GeV", "TeV", 1e-3),
        ("erg", "TeV", 0.6241509074460763),  # not in the table: astropy knows it
        ("m^2", "m2", 1),
        ("m**2", "m2", 1),
        ("cm2", "m2", 1e-4),
        ("km2", "m2", 1e6),
        ("arcmin", "deg", 1 / 60),
        ("sr^-1", "sr-1", 1),
        ("1 / (MeV s sr)", "MeV-1 s-1 sr-1", 1),
        ("s-1 TeV-1 sr-1", "MeV-1 s-1 sr-1", 1e-6),
        ("d", "s", 86400),
    ],
)
def test_convertible(found, expected, factor):
    assert unit_factor(found, expected) == pytest.approx(factor, rel=1e-9)


@pytest.mark.parametrize(
    ("found", "expected"), [("kg", "m2"), ("", "TeV"), ("m", "m2"), ("furlong??", "deg"), ("TeV", "")]
)
def test_not_convertible(found, expected):
    assert unit_factor(found, expected) is None


def test_a_store_in_other_units_gives_the_same_run(gadf):
    plain = gadf.store(name="plain").observation(1)
    run = gadf.run()
    for table, column, factor, unit in (
        ("EVENTS", "ENERGY", 1e3, "GeV"),
        ("EVENTS", "RA", np.pi / 180, "rad"),
        ("AEFF", "EFFAREA", 1e-6, "km2"),
        ("AEFF", "ENERG_LO", 1e3, "GeV"),
        ("AEFF", "ENERG_HI", 1e3, "GeV"),
        ("PSF", "RAD_LO", 60, "arcmin"),
        ("PSF", "RAD_HI", 60, "arcmin"),
        ("BKG", "BKG", 1e6, "TeV-1 s-1 sr-1"),
    ):
        values, _ = run[table].columns[column]
        run[table].columns[column] = (np.asarray(values) * factor, unit)
    other = gadf.store(run, name="other").observation(1)
    energy = np.array([0.3, 3.0])
    np.testing.assert_allclose(other.events.energy, plain.events.energy)
    np.testing.assert_allclose(other.events.lon, plain.events.lon)
    np.testing.assert_allclose(other.aeff.at(energy, 0.4), plain.aeff.at(energy, 0.4))
    np.testing.assert_allclose(
        other.psf.containment(energy, 0.4, 0.1), plain.psf.containment(energy, 0.4, 0.1)
    )
    np.testing.assert_allclose(other.bkg.at(energy, 0.4, 0), plain.bkg.at(energy, 0.4, 0), rtol=1e-6)


def test_times_in_days_from_timeunit(gadf):
    run = gadf.run()
    for name, columns in (("EVENTS", ["TIME"]), ("GTI", ["START", "STOP"])):
        run[name].header["TIMEUNIT"] = "d"
        for column in columns:
            values, _ = run[name].columns[column]
            run[name].columns[column] = (np.asarray(values) / 86400, "")
    obs = gadf.store(run).observation(1)
    assert obs.ontime == pytest.approx(100)
    np.testing.assert_allclose(obs.events.time - obs.gti.start, [10, 50, 90, 120], atol=1e-4)
