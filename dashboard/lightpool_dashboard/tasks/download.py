"""The results to take away, made when somebody asks for them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lightpool.errors import LightpoolError
from lightpool_dashboard.inputs import INPUT_NAMES, Inputs
from lightpool_dashboard.library import OpenStore
from lightpool_dashboard.settings import analysis_settings
from lightpool_dashboard.stores import attribution
from lightpool_dashboard.tasks.series import series
from lightpool_dashboard.tasks.sky_map import sky_map
from lightpool_dashboard.tasks.task import Task, Tell

if TYPE_CHECKING:
    from lightpool_dashboard.carry.bundle import Bundle


def download(inputs: Inputs, store: OpenStore, tell: Tell) -> Bundle:
    """Return zip and report of the page."""
    # Writers of files and the schema of the configuration take a moment to load.
    from lightpool_dashboard.carry.bundle import Page, bundle
    from lightpool_dashboard.carry.config import map_config, page_config
    from lightpool_dashboard.carry.permalink import permalink
    from lightpool_dashboard.carry.script import python_script

    outcome = store.analysis.run(analysis_settings(inputs, store), progress=tell)
    notes, band = [], None
    try:
        in_time = series(inputs, store, tell)
    except LightpoolError as error:
        notes.append(f"no light curve: {error}")
    else:
        outcome = replace(outcome, light_curve=in_time.curve, time_resolved=in_time.spectra)
        band = in_time.band
    sky, map_text = None, None
    try:
        sky, map_text = sky_map(inputs, store, tell), map_config(inputs, store)
    except LightpoolError as error:
        notes.append(f"no sky map: {error}")
    page = Page(
        config=page_config(inputs, store, band),
        script=python_script(inputs, store, band),
        link=permalink(inputs),
        attribution=attribution(store.analysis.store.path),
        map_config=map_text,
    )
    return bundle(outcome, page, tell, sky_map=sky, notes=tuple(notes))


DOWNLOAD = Task("bundle", "Download", 9, INPUT_NAMES, download, waits_for_fit=False, on_request=True)
