"""What a configuration file asks of the page's first picture."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lightpool.analysis import from_config
from lightpool.errors import SettingsError
from lightpool.spectra import MODELS
from lightpool_dashboard.inputs import MODEL_LABELS


def inputs_from_config(path: Path, stores: Mapping[str, Path]) -> dict[str, Any]:
    """Return the inputs of the page that a configuration sets, by their names in `State`.

    Store, target, ON radius, energy range and bins per decade, model, stacking and flux points;
    the rest of the file has no control on the page.

    Parameters
    ----------
    path : Path
    stores : mapping of name to path
        What the page offers.

    Raises
    ------
    SettingsError, DataError, AnalysisError
        As `from_config`; and for a store or a model that the page does not offer.
    """
    plan = from_config(path)
    settings, store = plan.settings, plan.analysis.store
    names = [name for name, place in stores.items() if Path(place).resolve() == store.path.resolve()]
    if not names:
        raise SettingsError(
            "observations.datastore is not on the page", where=str(path), expected=", ".join(stores)
        )
    target = next(name for name, ids in store.targets().items() if settings.obs_ids[0] in ids)
    energy, points = settings.reduction.energy, settings.flux_points
    decades = math.log10(energy[-1] / energy[0])
    inputs = {
        "store": names[0],
        "targets": (target,),
        "target": target,
        "radius": settings.reduction.on_region.radius,
        "energy_min": energy[0],
        "energy_max": energy[-1],
        "bins_per_decade": round((len(energy) - 1) / decades),
        "stacked": settings.stacked,
    }
    if settings.model is not None:
        inputs["model"] = _offered_model(type(settings.model), path)
    if points is not None:
        inputs |= {"points_min": points[0], "points_max": points[-1], "points_n": len(points) - 1}
    return inputs


def _offered_model(kind: type, path: Path) -> str:
    for name in MODEL_LABELS:
        if MODELS[name] is kind:
            return name
    raise SettingsError(
        f"the page has no {kind.__name__}", where=str(path), expected=", ".join(MODEL_LABELS.values())
    )
