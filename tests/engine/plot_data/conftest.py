"""One outcome on the simulated Crab runs for all tests of the columns."""

from __future__ import annotations

import pytest

import lightpool as lp
from lightpool.analysis import Analysis, AnalysisSettings
from lightpool.reduction import ReductionSettings


def crab_settings(store, **changes) -> AnalysisSettings:
    """Return settings for the simulated Crab runs."""
    settings = AnalysisSettings(
        obs_ids=store.targets()["Crab Nebula (simulated)"],
        reduction=ReductionSettings(
            on_region=lp.circle("83.633 deg", "22.0144 deg", "0.11 deg", name="Crab"),
            energy=tuple(lp.energy_edges("0.1 TeV", "40 TeV", per_decade=10)),
            energy_true=tuple(lp.energy_edges("0.05 TeV", "100 TeV", per_decade=20)),
            exclusion=(lp.circle("83.2 deg", "22.5 deg", "0.1 deg", name="here not"),),
        ),
        model=lp.ExpCutoffPowerLaw(),
        flux_points=tuple(lp.energy_edges("0.7 TeV", "30 TeV", n=10)),
    )
    return settings.updated(**changes)


@pytest.fixture(scope="session")
def crab_analysis(demo_store):
    return Analysis(demo_store)


@pytest.fixture(scope="session")
def outcome(crab_analysis):
    return crab_analysis.run(crab_settings(crab_analysis.store))


@pytest.fixture(scope="session")
def stacked_outcome(crab_analysis):
    return crab_analysis.run(crab_settings(crab_analysis.store, stacked=True))
