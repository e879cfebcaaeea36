from __future__ import annotations

import numpy as np
import pytest

from lightpool.analysis import AnalysisSettings
from lightpool.errors import SettingsError
from lightpool.reduction import ReductionSettings
from lightpool.sky import Circle
from lightpool.spectra import PowerLaw

REDUCTION = ReductionSettings(Circle(83.63, 22.01, 0.11), (1.0, 2.0, 4.0), (0.5, 1.0, 8.0))


def test_equal_settings_hash_alike():
    one = AnalysisSettings((1, 2), REDUCTION, PowerLaw(index=2), fit_range=("1 TeV", 3.0))
    other = AnalysisSettings((1, 2), REDUCTION, PowerLaw(index=2), fit_range=(1.0, "3000 GeV"))
    assert one == other
    assert hash(one) == hash(other)
    assert one != one.updated(model=PowerLaw(index=2.1))


def test_updated_reaches_the_reduction():
    before = AnalysisSettings((1, 2), REDUCTION)
    after = before.updated(on_region=Circle(83.63, 22.01, 0.2), aeff_percent=5.0, stacked=True)
    assert after.reduction.on_region.radius == 0.2
    assert after.reduction.aeff_percent == 5
    assert after.reduction.energy == before.reduction.energy
    assert after.stacked
    assert before.reduction.on_region.radius == 0.11


def test_flux_point_edges_become_plain_numbers():
    settings = AnalysisSettings((1,), REDUCTION, flux_points=np.array([1.0, 2.0]))
    assert settings.flux_points == (1.0, 2.0)
    hash(settings)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"obs_ids": (1, 2, 1)}, "selected twice; found 1"),
        ({"flux_points": (2.0, 1.0)}, "flux-point edges must increase"),
        ({"fit_range": (2.0, 1.0)}, "fit range is empty"),
        ({"ul_sigma": 0.0}, "ul_sigma is out of range"),
        ({"ul_method": "rolk"}, "limit method is not known; found 'rolk'"),
        ({"alpha_systematic": 0.5}, "alpha_systematic is out of range"),
        ({"radius": 0.2}, "no such setting; found 'radius'"),
        ({"safe_mask": ("aeff-min",)}, "safe mask method is not known"),
    ],
)
def test_settings_that_cannot_be(changes, message):
    with pytest.raises(SettingsError, match=message):
        AnalysisSettings((1, 2), REDUCTION).updated(**changes)
