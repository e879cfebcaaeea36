"""The choice of runs: by number, place, name and time, and what cannot be chosen."""

from __future__ import annotations

import numpy as np
import pytest

from lightpool.errors import DataError, SettingsError
from lightpool.sky import Circle, circle
from lightpool.times import from_utc

CRAB = [23523, 23526, 23559, 23592]


@pytest.mark.parametrize(
    ("centre", "radius", "n"),
    [((83.633, 22.014), 5, 4), ((329.7169, -30.2256), 2, 21), ((228.32, -59.08), 2.5, 20)],
)
def test_cones_of_the_tutorials(hess_store, centre, radius, n):
    runs = hess_store.select(cone=(*centre, radius))
    assert len(runs) == n
    assert list(runs.obs_ids) == [i for i in hess_store.obs_ids if i in set(runs.obs_ids)]


def test_cone_spellings_agree(hess_store):
    from astropy import units as u
    from astropy.coordinates import SkyCoord
    from regions import CircleSkyRegion

    region = CircleSkyRegion(SkyCoord(83.63, 22.01, unit="deg"), 2 * u.deg)
    cones = [circle("83.63 deg", "22.01 deg", "2 deg"), Circle(83.63, 22.01, 2), region]
    cones.append(("83.63 deg", 22.01 * u.deg, 2))
    assert [list(hess_store.select(cone=cone).obs_ids) for cone in cones] == [CRAB] * 4


def test_the_order_of_ids_is_kept_and_a_double_counts_once(hess_store):
    assert hess_store.select(obs_id=[23592, 23523, 23592]).obs_ids == (23592, 23523)
    assert hess_store.select(obs_id=np.array(CRAB)).obs_ids == tuple(CRAB)
    assert hess_store.select(obs_id=23526).obs_ids == (23526,)


def test_ids_first_then_the_cone(hess_store):
    assert hess_store.select(obs_id=[33787, 23523], cone=(83.6, 22, 2)).obs_ids == (23523,)


def test_time_overlap_is_utc(hess_store):
    obs = hess_store.observation(33787)
    start = obs.gti.start.min()
    index = hess_store.obs_ids.index(33787)
    assert hess_store.runs["tstart"][index] == pytest.approx(start, abs=1)
    night = hess_store.select(time=("2006-07-29T20:20:00", "2006-07-30T04:00:00"))
    assert night.obs_ids == tuple(range(33787, 33802))
    assert from_utc("2006-07-29T20:20:00") < start < from_utc("2006-07-29T20:30:00")


def test_unknown_run(hess_store):
    with pytest.raises(
        DataError, match=r"^hess-dl3-dr1: there is no run 23524\. The nearest are 23523, 23526"
    ):
        hess_store.select(obs_id=[23523, 23524])


def test_a_run_that_is_no_number(hess_store):
    with pytest.raises(SettingsError, match="obs_id is not a run number; found '23523'"):
        hess_store.select(obs_id="23523")


def test_unknown_target(hess_store):
    with pytest.raises(
        DataError, match=r"no run has this target; found 'PKS 2155'. Did you mean 'PKS 2155-304'"
    ):
        hess_store.select(target="PKS 2155")
    with pytest.raises(DataError, match=r"There are 'PKS 2155-304', .* and others"):
        hess_store.select(target="§§")


def test_nothing_left(hess_store):
    with pytest.raises(DataError) as caught:
        hess_store.select(cone=(10, 80, 1), time=("2020-01-01", "2020-01-02"))
    assert str(caught.value) == (
        "hess-dl3-dr1: no run is left by the selection; "
        "found 0 runs for pointing within 1 deg of (10, 80) deg; "
        "time 2020-01-01T00:00:00 to 2020-01-02T00:00:00 UTC. "
        "The store has 105 runs: PKS 2155-304 (21), MSH 15-52 (20), RX J1713.7-3946 (12), 3C 273 (5) ..."
    )
    with pytest.raises(DataError, match="found 0 runs for obs_id"):
        hess_store.select(obs_id=[])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cone": (1, 2)}, "a cone is .lon, lat, radius.; found 2 values"),
        ({"cone": (1, 2, "3 TeV")}, "radius is not an angle"),
        ({"time": "2006-07-29"}, "a time selection is .start, stop.; found '2006-07-29'"),
        (
            {"time": ("2006-07-30", "2006-07-29")},
            "a time interval must increase; found 2006-07-30 to 2006-07-29",
        ),
        ({"time": ("yesterday", "2006-07-29")}, "start is not a date; found 'yesterday'"),
    ],
)
def test_settings_that_cannot_be(hess_store, settings, message):
    with pytest.raises(SettingsError, match=message):
        hess_store.select(**settings)
