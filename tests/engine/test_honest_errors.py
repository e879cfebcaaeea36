"""Errors and limits mean what they say: pulls of every parameter, and coverage, over simulated spectra."""

import numpy as np
import pytest
from scipy.special import erf

import lightpool as lp
from lightpool.forward import Folded
from lightpool.schema import make_cube
from lightpool.separate_fits import fit_each

TOYS = 300
#: What a mean, a width or a share may be off: four of its standard deviations.
REACH = 4
MODELS = {
    "power law": lp.PowerLaw(index=2.5, amplitude=4e-11),
    "cutoff": lp.ExpCutoffPowerLaw(index=2.2, amplitude=4e-11, lambda_=0.12),
}


def instrument(rows, *, hours=2.0):
    """Return a cube of an idealised telescope: rows alike, no counts yet, five OFF regions."""
    energy, true = lp.energy_edges("0.3 TeV", "50 TeV", n=16), lp.energy_edges("0.1 TeV", "100 TeV", n=40)
    e = np.sqrt(true[1:] * true[:-1])
    area = 1.5e9 * e**1.2 / (0.5 + e**1.2)  # cm2
    at = np.log(energy[None] / e[:, None]) / 0.15
    cumulative = 0.5 * (1 + erf(at / np.sqrt(2)))
    shape = (1, rows, len(energy) - 1)
    exposure = np.broadcast_to(area * hours * 3600, (1, rows, len(e))).copy()
    values = {
        "counts": np.zeros(shape),
        "counts_off": np.zeros(shape),
        "acceptance": np.ones(shape),
        "acceptance_off": np.full(shape, 5.0),
        "exposure": exposure,
        "edisp": np.broadcast_to(np.diff(cumulative, axis=1), (1, rows, len(e), shape[2])).copy(),
        "edisp_exposure": exposure.copy(),
        "mask_safe": np.ones(shape, dtype=bool),
        "livetime": np.full(rows, hours * 3600),
    }
    coords = {"region": ["on"], "time": np.arange(rows)}
    coords |= {"region_lon": [0.0], "region_lat": [0.0], "region_radius": [0.1]}
    return make_cube(values, coords, energy_edges=energy, energy_true_edges=true)


def toys(model, rng, *, rows=TOYS, hours=2.0, systematic=0.0, background=60.0):
    """Return a cube with a simulated spectrum in each row; alpha is off by a Gaussian factor in every bin."""
    cube = instrument(rows, hours=hours)
    signal = Folded(cube).npred(model).reshape(cube["counts"].shape)
    expected = background * hours * cube["energy"].to_numpy() ** -1.7 + 0.5
    off = rng.poisson(np.broadcast_to(5 * expected, signal.shape)).astype(float)
    factor = 1 + systematic * rng.normal(size=signal.shape)
    on = rng.poisson(signal + factor * expected).astype(float)
    return cube.assign(counts=cube["counts"].copy(data=on), counts_off=cube["counts_off"].copy(data=off))


def pulls(cube, truth, **options):
    """Return (fitted - true) / error of the free parameters, shape (rows, free)."""
    fits = fit_each(cube, truth, **options)
    assert fits["success"].all()
    free = truth.free_indices
    return ((fits["value"] - truth.values) / fits["error"]).to_numpy()[:, free]


@pytest.mark.parametrize("name", MODELS)
def test_pulls_of_every_parameter_are_standard_normal(name):
    truth = MODELS[name]
    found = pulls(toys(truth, np.random.default_rng(11), hours=20.0), truth)
    assert found.shape == (TOYS, len(truth.free_indices))
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=REACH / np.sqrt(TOYS))
    np.testing.assert_allclose(found.std(axis=0), 1, atol=REACH / np.sqrt(2 * TOYS))


def test_an_uncertain_alpha_widens_errors_as_much_as_it_must():
    """A systematic of 10 % in alpha: ignored, the errors are too small; profiled out, they are right."""
    truth = MODELS["power law"]
    cube = toys(truth, np.random.default_rng(12), hours=5.0, systematic=0.1, background=200.0)
    ignored = pulls(cube, truth).std(axis=0)
    assert (ignored > 1.5).all()
    found = pulls(cube, truth, alpha_systematic=0.1)
    np.testing.assert_allclose(found.mean(axis=0), 0, atol=REACH / np.sqrt(TOYS))
    np.testing.assert_allclose(found.std(axis=0), 1, atol=REACH / np.sqrt(2 * TOYS))


@pytest.mark.parametrize(("ul_sigma", "stated"), [(1.0, 0.8413), (2.0, 0.9772)])
def test_limits_of_flux_points_cover(ul_sigma, stated):
    """Profile limits lie above the true flux as often as one side of their interval says, in every band."""
    truth = MODELS["power law"].with_values(amplitude=4e-12)
    cube = toys(truth, np.random.default_rng(13), hours=1.0, rows=300)
    edges = np.geomspace(0.4, 8, 5)
    limits = np.array(
        [
            lp.flux_points(cube.isel(time=[k]), truth, edges, ul_sigma=ul_sigma)["norm_ul"]
            for k in range(cube.sizes["time"])
        ]
    )
    covered = (limits >= 1).mean(axis=0)
    np.testing.assert_allclose(
        covered, stated, atol=REACH * np.sqrt(stated * (1 - stated) / len(limits)) + 0.01
    )


def test_errors_of_flux_points_cover():
    """One standard deviation up and down holds the true flux in 68.3 % of the toys."""
    truth = MODELS["power law"]
    cube = toys(truth, np.random.default_rng(14), hours=2.0, rows=300)
    inside = []
    for k in range(cube.sizes["time"]):
        points = lp.flux_points(cube.isel(time=[k]), truth, np.geomspace(0.4, 8, 5))
        low, high = points["norm"] - points["norm_errn"], points["norm"] + points["norm_errp"]
        inside.append((low <= 1) & (high >= 1))
    np.testing.assert_allclose(np.mean(inside, axis=0), 0.683, atol=REACH * np.sqrt(0.217 / 300) + 0.01)
