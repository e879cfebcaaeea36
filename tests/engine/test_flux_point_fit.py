"""Spectra fitted to flux points: the figures of the tutorial's exercise, closure, and refusals."""

import json

import numpy as np
import pytest
import xarray as xr

from lightpool.errors import AnalysisError, SettingsError
from lightpool.points import FluxPoints
from lightpool.spectra import ExpCutoffPowerLaw, GaussianPrior, PowerLaw

ENERGY = np.geomspace(0.5, 30, 12)
TRUTH = PowerLaw(index=2.4, amplitude=3e-11)


def points(norm, error, *, reference=TRUTH, is_ul=None, scan=None, **columns):
    """Return flux points relative to a reference, with parabolic profiles where `scan` gives norms."""
    ratio = np.sqrt(ENERGY[1] / ENERGY[0])
    dnde = reference(ENERGY)
    values = {
        "e_ref": ENERGY, "e_min": ENERGY / ratio, "e_max": ENERGY * ratio, "ref_dnde": dnde,
        "norm": norm, "norm_err": error, "norm_errp": error, "norm_errn": error, "norm_ul": norm + 2 * error,
        "stat": np.zeros(len(ENERGY)),
        "is_ul": np.zeros(len(ENERGY), bool) if is_ul is None else is_ul,
    } | columns  # fmt: skip
    data = xr.Dataset({name: ("point", np.asarray(value)) for name, value in values.items()})
    if scan is not None:
        stat = ((scan - norm[:, None]) / error[:, None]) ** 2
        data = data.assign_coords(norm_scan=scan).assign(stat_scan=(("point", "norm_scan"), stat))
    return FluxPoints(data, reference)


@pytest.fixture
def noisy():
    rng = np.random.default_rng(7)
    error = rng.uniform(0.05, 0.2, len(ENERGY))
    return 1 + error * rng.standard_normal(len(ENERGY)), error


def test_the_peers_figures_of_the_tutorial(reference_root):
    """The chi squares of the tutorial's points, from the peer's own values and errors."""
    table = json.loads((reference_root / "spectral_analysis.json").read_text())
    theirs, joint = table["flux_points"], table["joint"]["parameters"]
    n = len(theirs["e_ref"])
    data = xr.Dataset(
        {
            "e_ref": ("point", theirs["e_ref"]),
            "ref_dnde": ("point", np.ones(n)),
            "is_ul": ("point", np.array(theirs["sqrt_ts"]) < 2),
        }
        | {f"norm{s}": ("point", theirs[f"dnde{s}"]) for s in ("", "_err", "_errp", "_errn")}
    )
    theirs = FluxPoints(data)
    model = ExpCutoffPowerLaw(**{name: joint[name][0] for name in ("index", "amplitude", "lambda_")})
    at_joint = theirs.fit(model.freeze("index", "amplitude", "lambda_"))
    assert at_joint.stat == pytest.approx(5.115, abs=1e-3)
    assert (at_joint.n_points, at_joint.dof) == (9, 9)
    line = theirs.fit(PowerLaw())
    assert line.stat == pytest.approx(9.584, abs=1e-3)
    assert line.model["index"].value == pytest.approx(2.673, abs=1e-3)
    assert line.model["amplitude"].value == pytest.approx(4.411e-11, rel=1e-3)
    curved = theirs.fit(ExpCutoffPowerLaw(index=2, lambda_=0.1))
    assert curved.stat == pytest.approx(4.846, abs=1e-3)
    for name, value in (("index", 2.355), ("amplitude", 4.684e-11), ("lambda_", 0.0949)):
        assert curved.model[name].value == pytest.approx(value, rel=4e-3)


def test_chi_square_by_hand_and_its_errors(noisy):
    norm, error = noisy
    result = points(norm, error).fit(PowerLaw(index=2.0, amplitude=1e-9))
    assert result.success
    pull = (norm - result.model(ENERGY) / TRUTH(ENERGY)) / error
    assert result.stat == pytest.approx(np.sum(pull**2))
    # The same from the slopes alone, which leaves out how the model bends: near enough.
    slopes = result.model.gradient(ENERGY, *result.model.values)[:2] / TRUTH(ENERGY) / error
    covariance = np.linalg.inv(slopes @ slopes.T)
    np.testing.assert_allclose(
        [result.model[n].error for n in ("index", "amplitude")], np.sqrt(np.diag(covariance)), rtol=0.05
    )


def test_parabolic_profiles_are_chi_square(noisy):
    norm, error = noisy
    ours = points(norm, error, scan=np.geomspace(0.2, 5, 11))
    chi2, profile = ours.fit(PowerLaw()), ours.fit(PowerLaw(), method="profile")
    assert profile.stat == pytest.approx(chi2.stat, rel=1e-6)
    assert profile.model["index"].value == pytest.approx(chi2.model["index"].value, rel=1e-6)
    assert profile.model["index"].error == pytest.approx(chi2.model["index"].error, rel=1e-3)


def test_profiles_beyond_their_table_go_on(noisy):
    norm, error = noisy
    ours = points(norm, error, scan=np.geomspace(0.2, 5, 11))
    far = ours.fit(PowerLaw(index=2.4, amplitude=3e-10).freeze("index", "amplitude"), method="profile")
    assert far.stat == pytest.approx(np.sum(((10 - norm) / error) ** 2), rel=1e-6)


def test_limits_take_part_in_profiles_only(noisy):
    norm, error = noisy
    is_ul = np.arange(len(ENERGY)) > 8
    ours = points(norm, error, is_ul=is_ul, scan=np.geomspace(0.2, 5, 11))
    assert ours.fit(PowerLaw()).used.tolist() == (~is_ul).tolist()
    assert ours.fit(PowerLaw(), method="profile").n_points == len(ENERGY)


def test_asymmetric_errors_stand_in_for_a_symmetric_one(noisy):
    norm, error = noisy
    nothing = np.full(len(ENERGY), np.nan)
    ours = points(norm, error, norm_err=nothing, norm_errp=1.2 * error, norm_errn=0.8 * error)
    assert ours.fit(PowerLaw()).stat == pytest.approx(points(norm, error).fit(PowerLaw()).stat)


def test_limits_and_priors_of_parameters(noisy):
    ours = points(*noisy)
    limited = ours.fit(PowerLaw(index=3.5).limit("index", 3.0, 4.0))
    assert limited.model["index"].value == pytest.approx(3.0, abs=1e-3)
    free = ours.fit(PowerLaw())
    held = ours.fit(PowerLaw().with_prior("index", GaussianPrior(mu=3.0, sigma=free.model["index"].error)))
    assert free.model["index"].value < held.model["index"].value < 3.0
    assert held.stat > free.stat  # the prior is no part of it


def test_refusals(noisy):
    ours = points(*noisy)
    with pytest.raises(
        SettingsError, match="fit method is not known; found 'cash'; expected chi2 or profile"
    ):
        ours.fit(PowerLaw(), method="cash")
    with pytest.raises(SettingsError, match="hold no profiles"):
        ours.fit(PowerLaw(), method="profile")
    all_limits = points(*noisy, is_ul=np.ones(len(ENERGY), bool))
    with pytest.raises(AnalysisError, match="too few flux points to fit; found 0 with a value and an error"):
        all_limits.fit(PowerLaw())


def test_it_prints_itself(noisy):
    result = points(*noisy).fit(PowerLaw())
    assert "chi2 / dof" in repr(result)
    assert "index" in result._repr_html_()
