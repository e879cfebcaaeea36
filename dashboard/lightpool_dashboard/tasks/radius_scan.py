"""Significance and excess for other radii of the ON region."""

from __future__ import annotations

from lightpool.radius_scan import RadiusScan, scan_radius_with
from lightpool_dashboard.inputs import REDUCTION_INPUTS, Inputs
from lightpool_dashboard.library import OpenStore
from lightpool_dashboard.settings import analysis_settings
from lightpool_dashboard.tasks.task import Task, Tell


def radius_scan(inputs: Inputs, store: OpenStore, tell: Tell) -> RadiusScan:
    """Return counts, excess and significance for each of the radii that the engine tries."""
    settings = analysis_settings(inputs, store).updated(model=None)
    outcome = store.analysis.run(settings, progress=tell)
    return scan_radius_with(
        outcome.observations,
        settings.reduction,
        progress=lambda done, total: tell("radii", done, total),
    )


SCAN = Task(
    "radius_scan",
    "Scan of the ON radius",
    7,
    # The radius itself decides nothing here: moving it keeps the curve.
    (*(name for name in REDUCTION_INPUTS if name != "radius"), "scan"),
    radius_scan,
    wanted=lambda inputs: inputs.scan,
)
