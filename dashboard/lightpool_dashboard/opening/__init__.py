"""What a configuration file asks of the page's first picture: the inverse of `carry.config`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lightpool.analysis import Plan, from_config
from lightpool.errors import SettingsError
from lightpool_dashboard.library import Library
from lightpool_dashboard.opening.sky_map import map_differs, map_inputs
from lightpool_dashboard.opening.spectrum import spectrum_differs, spectrum_inputs
from lightpool_dashboard.state import State

__all__ = ["inputs_from_config"]


def inputs_from_config(path: Path, stores: Mapping[str, Path]) -> dict[str, Any]:
    """Return the inputs of the page that a configuration sets, by their names in `State`.

    A file that asks for maps sets the map, and leaves the spectrum to the page. What the page cannot do
    as the file wants it is said in a sentence: ``notices``, under ``config``.

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
    place = plan.analysis.store.path.resolve()
    names = [name for name, path_of in stores.items() if Path(path_of).resolve() == place]
    if not names:
        raise SettingsError(
            "observations.datastore is not on the page", where=str(path), expected=", ".join(stores)
        )
    store = Library({names[0]: plan.analysis.store}).open(names[0])
    state = State(stores=(names[0],))
    if isinstance(plan, Plan):
        inputs = {"store": names[0], **spectrum_inputs(plan, store, path)}
        state.restore(inputs)
        otherwise = spectrum_differs(plan.settings, state, store)
    else:
        inputs = {"store": names[0], **map_inputs(plan, store)}
        state.restore(inputs)
        otherwise = map_differs(plan.settings, state, store)
    if listed := list(dict.fromkeys(otherwise)):
        sentence = f"the page takes its own way where {path.name} sets {', '.join(listed)}"
        inputs["notices"] = {"config": sentence}
    return inputs
