from __future__ import annotations

import math

import numpy as np
import pytest

from lightpool.plot_data import fit_summary, run_table
from lightpool.sky import separation


def test_rows_and_total_are_those_of_the_accessor(outcome):
    cube = outcome.cube
    table = run_table(cube)
    for row, expected, k in zip(table.rows, cube.onoff.table(), range(4), strict=True):
        assert (row.n_on, row.n_off) == (expected["counts"], expected["counts_off"])
        assert row.alpha == pytest.approx(expected["alpha"])
        assert row.excess == pytest.approx(expected["excess"])
        assert row.sqrt_ts == pytest.approx(expected["sqrt_ts"])
        assert row.livetime == pytest.approx(expected["livetime_s"])
        assert row.n_off_regions == cube.onoff.n_off_regions.values[k]
        pointing = float(cube["pointing_lon"][k]), float(cube["pointing_lat"][k])
        assert row.offset == pytest.approx(float(separation(*pointing, 83.633, 22.0144)))
    last, total = cube.onoff.cumulative()[-1], table.total
    assert (total.n_on, total.n_off) == (last["counts"], last["counts_off"])
    for name, key in (("excess",) * 2, ("sqrt_ts",) * 2, ("alpha",) * 2, ("livetime", "livetime_s")):
        assert getattr(total, name) == pytest.approx(last[key])


def test_a_run_without_off_regions_has_no_alpha_excess_or_significance(outcome):
    cube = outcome.cube.copy(deep=True)
    first = int(cube["obs_id"][0])
    cube["acceptance_off"][:, 0] = 0
    cube["mask_safe"][:, 0] = False
    cube["off_reason"] = cube["off_reason"].where(cube["off_obs_id"] != first, "overlaps an excluded region")
    row, *others = run_table(cube).rows
    assert row.n_off_regions == 0
    assert all(math.isnan(v) for v in (row.alpha, row.excess, row.sqrt_ts))
    assert all(math.isfinite(other.sqrt_ts) for other in others)
    assert run_table(cube).total.livetime == pytest.approx(sum(other.livetime for other in others))


def test_digits_follow_the_error(outcome):
    fit = fit_summary(outcome.fit)
    assert [row.name for row in fit.rows] == list(outcome.fit.model.names)
    for row, parameter in zip(fit.rows, outcome.fit.model.parameters, strict=True):
        assert row.frozen == parameter.frozen
        assert float(row.value) == pytest.approx(
            parameter.value, abs=1e-12 if parameter.frozen else parameter.error / 10
        )
        if not parameter.frozen:
            assert float(row.error) == pytest.approx(parameter.error, rel=0.06)
    assert fit.dof == outcome.fit.dof
    assert np.isclose(fit.stat, outcome.fit.stat)


def test_the_run_table_of_the_published_analysis(hess_store):
    import lightpool as lp

    runs = hess_store.select(obs_id=[23523, 23526, 23559, 23592])
    cube = lp.reduce(
        runs,
        on_region=lp.circle("83.63 deg", "22.01 deg", "0.11 deg"),
        energy=lp.energy_edges("0.1 TeV", "40 TeV", per_decade=10),
        energy_true=lp.energy_edges("0.05 TeV", "100 TeV", per_decade=20),
        exclusion=[lp.circle("183.604 deg", "-8.708 deg", "0.5 deg", frame="galactic")],
    )
    table = run_table(cube)
    assert [(r.n_off_regions, r.n_on, r.n_off) for r in table.rows] == [
        (12, 149, 117),
        (12, 154, 150),
        (41, 136, 327),
        (36, 111, 275),
    ]
    assert table.total.sqrt_ts == pytest.approx(40.901, rel=1e-5)
    assert table.total.livetime == pytest.approx(6313.81, rel=1e-5)
