"""One analysis of the simulated Crab runs, for every writer to write."""

from __future__ import annotations

import pytest

from lightpool.analysis import Analysis, AnalysisSettings
from lightpool.axes import energy_edges
from lightpool.reduction import ReductionSettings
from lightpool.sky import Circle
from lightpool.spectra import PowerLaw


@pytest.fixture(scope="session")
def settings():
    return AnalysisSettings(
        obs_ids=(1001, 1002, 1003, 1004),
        reduction=ReductionSettings(
            on_region=Circle(83.633, 22.0145, 0.11),
            energy=tuple(energy_edges(0.3, 30, n=16)),
            energy_true=tuple(energy_edges(0.1, 60, n=32)),
            exclusion=(Circle(84.3, 22.3, 0.15),),
        ),
        model=PowerLaw(index=2.5, amplitude=3e-11),
        source="crab",
        flux_points=(0.301, 0.302, 1.0, 3.0, 9.0),
    )


@pytest.fixture(scope="session")
def joint(demo_store, settings):
    return Analysis(demo_store).run(settings)


@pytest.fixture(scope="session")
def stacked(demo_store, settings):
    return Analysis(demo_store).run(settings.updated(stacked=True))
