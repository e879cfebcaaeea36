"""The results to take away, made when somebody asks for them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lightpool.analysis import Outcome
from lightpool.analysis.intervals import Intervals
from lightpool.errors import LightpoolError
from lightpool_dashboard.callbacks import sentence
from lightpool_dashboard.inputs import INPUT_NAMES, Inputs
from lightpool_dashboard.library import OpenStore
from lightpool_dashboard.stores import attribution
from lightpool_dashboard.tasks.asymmetric import ASYMMETRIC
from lightpool_dashboard.tasks.comparison import COMPARISON
from lightpool_dashboard.tasks.goodness import GOODNESS
from lightpool_dashboard.tasks.radius_scan import SCAN
from lightpool_dashboard.tasks.series import SERIES
from lightpool_dashboard.tasks.sky_map import SKY_MAP
from lightpool_dashboard.tasks.span import SPAN
from lightpool_dashboard.tasks.spectrum import SPECTRUM
from lightpool_dashboard.tasks.task import Task, Tell

if TYPE_CHECKING:
    from lightpool_dashboard.carry.bundle import Bundle

#: What the files hold besides the spectrum, where the page has it.
FURTHER = (ASYMMETRIC, SPAN, SERIES, SKY_MAP, COMPARISON, SCAN, GOODNESS)


def download(inputs: Inputs, store: OpenStore, tell: Tell) -> Bundle:
    """Return zip and report of the page."""
    # Writers of files and the schema of the configuration take a moment to load.
    from lightpool_dashboard.carry.bundle import bundle
    from lightpool_dashboard.carry.config import configs
    from lightpool_dashboard.carry.map_config import map_config
    from lightpool_dashboard.carry.page import Page, Results
    from lightpool_dashboard.carry.permalink import permalink
    from lightpool_dashboard.carry.script import python_script

    outcome = SPECTRUM.of(inputs, store, tell)
    found, notes = _further(inputs, store, tell)
    sky, in_time = found.get("sky_map"), found.get("series")
    band = None if in_time is None else in_time.band
    texts = configs(inputs, store, band)
    if sky is not None:
        texts.setdefault("map", map_config(inputs, store))
    page = Page(
        configs=texts,
        script=python_script(inputs, store, band),
        link=permalink(inputs),
        attribution=attribution(store.analysis.store.path),
    )
    results = Results(_complete(outcome, found), found.get("span_outcome"), sky)
    return bundle(results, page, tell, notes=tuple(notes))


def _further(inputs: Inputs, store: OpenStore, tell: Tell) -> tuple[dict[str, Any], list[str]]:
    """Return the results of those tasks that the page wants, and what of them is not to be had."""
    found: dict[str, Any] = {}
    notes = []
    for task in FURTHER:
        if not task.wanted(inputs):
            continue
        try:
            found[task.result] = task.of(inputs, store, tell)
        except LightpoolError as error:
            notes.append(_missing(task, error))
    return found, notes


def _missing(task: Task, error: LightpoolError) -> str:
    return f"without {task.label[0].lower()}{task.label[1:]}: {sentence(error)}"


def _complete(outcome: Outcome, found: dict[str, Any]) -> Outcome:
    """Return an outcome with what the page had computed beside it."""
    in_time, asymmetric = found.get("series"), found.get("asymmetric")
    compared, goodness = found.get("comparison"), found.get("goodness")
    if compared is not None and goodness is not None:
        compared = compared.with_goodness(goodness.p_value, goodness.n_toys)
    warnings = outcome.warnings
    if asymmetric is not None:
        warnings += tuple(
            f"no asymmetric errors of {name}: {why}" for name, why in asymmetric.failures.items()
        )
    return replace(
        outcome,
        intervals=None if asymmetric is None else Intervals(asymmetric.errors),
        light_curve=None if in_time is None else in_time.curve,
        time_resolved=None if in_time is None else in_time.spectra,
        comparison=compared,
        radius_scan=found.get("radius_scan"),
        warnings=warnings,
    )


DOWNLOAD = Task("bundle", "Download", 9, INPUT_NAMES, download, waits_for_fit=False, on_request=True)
