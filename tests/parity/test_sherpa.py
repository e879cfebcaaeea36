"""sherpa reads our OGIP files and finds the same best fit."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from lightpool.axes import energy_edges
from lightpool.export.ogip import write_ogip
from lightpool.fitting import fit
from lightpool.reduction import reduce
from lightpool.sky import circle
from lightpool.spectra import PowerLaw

pytest.importorskip("sherpa", reason="sherpa is not installed (pip install sherpa)")
pytestmark = [
    pytest.mark.data,
    pytest.mark.filterwarnings("default"),  # sherpa warns about the plotting tools that it lacks
]
RUNS = (23523, 23592)


@pytest.fixture(scope="module")
def ui():
    logging.getLogger("sherpa").setLevel(logging.ERROR)
    from sherpa.astro import ui

    return ui


@pytest.fixture(scope="module")
def written(hess_store, tmp_path_factory):
    """Return our cube and the folder with its files."""
    runs = hess_store.select(obs_id=RUNS)
    cube = reduce(
        runs,
        on_region=circle(83.633, 22.014, 0.11),
        energy=energy_edges(0.1, 40, per_decade=10),
        energy_true=energy_edges(0.05, 100, per_decade=20),
    )
    folder = tmp_path_factory.mktemp("sherpa")
    write_ogip(cube, folder, observations=runs)
    return cube, folder


@pytest.fixture
def loaded(ui, written):
    """Return sherpa with one data set for each row, bad channels left out."""
    ui.clean()
    for i, run in enumerate(RUNS):
        ui.load_pha(i, str(written[1] / f"pha_obs{run}.fits"))
        ui.ignore_bad(i)
    return ui


def test_what_it_reads(loaded, written):
    cube, _ = written
    for i in range(len(RUNS)):
        row = cube.isel(region=0, time=i)
        data, background = loaded.get_data(i), loaded.get_bkg(i)
        np.testing.assert_array_equal(data.counts, row["counts"])
        np.testing.assert_array_equal(background.counts, row["counts_off"])
        np.testing.assert_array_equal(data.quality == 0, row["mask_safe"])
        np.testing.assert_allclose(
            data.backscal / background.backscal, row["acceptance"] / row["acceptance_off"]
        )
        assert data.exposure == pytest.approx(float(row["livetime"]))
        # It takes energies and areas as numbers: here TeV and m2.
        np.testing.assert_allclose(
            loaded.get_arf(i).specresp * data.exposure * 1e4, row["exposure"], rtol=1e-12
        )
        rmf = loaded.get_rmf(i)
        np.testing.assert_allclose(rmf.e_min, cube["energy_edges"][:-1])
        true = row["edisp"].transpose("energy_true", "energy").to_numpy()
        np.testing.assert_allclose(rmf.apply_rmf(np.ones(len(true))), true.sum(axis=0), rtol=1e-6)


def test_the_same_best_fit(loaded, written):
    cube, _ = written
    ours = fit(cube, PowerLaw(index=2.5, amplitude=4e-11))
    model = loaded.powlaw1d("pl")
    model.ref, model.gamma, model.ampl = 1, 2.5, 4e-7
    model.ampl.min = 0
    for i in range(len(RUNS)):
        loaded.set_source(i, model)
    loaded.set_stat("wstat")
    loaded.set_method("simplex")
    loaded.fit(*range(len(RUNS)))
    theirs = loaded.get_fit_results()
    assert theirs.statval == pytest.approx(ours.stat, abs=1e-3)
    assert theirs.numpoints == ours.n_bins
    index, amplitude = ours.model["index"], ours.model["amplitude"]
    assert model.gamma.val == pytest.approx(index.value, abs=0.01 * index.error)
    assert model.ampl.val / 1e4 == pytest.approx(amplitude.value, abs=0.01 * amplitude.error)
