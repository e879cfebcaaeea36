"""The dashboard: the only place where state, controller, controls and views are tied together."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import ipywidgets as w

from lightpool.analysis import AnalysisSettings, Outcome
from lightpool.dl3 import DataStore
from lightpool_dashboard import controls, theme, views
from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.carry import Texts, open_link
from lightpool_dashboard.controller import Controller
from lightpool_dashboard.library import Library
from lightpool_dashboard.schedule import Schedule, default_schedule
from lightpool_dashboard.state import State
from lightpool_dashboard.stores import attribution

Data = DataStore | str | os.PathLike[str] | Mapping[str, Path | DataStore]


class Dashboard:
    """A live analysis of DL3 data; the last line of a notebook cell shows it.

    Dashboards in one kernel share nothing. `state` can be read and set from the next cell;
    ``state.outcome`` holds the engine's own results.

    Parameters
    ----------
    data : DataStore, path, or mapping of name to either
    schedule : Schedule, optional
        When and where work runs. By default on the event loop of the kernel, with the computing
        in a worker thread.
    start : mapping, optional
        Values for inputs of `State`, by name, before the first picture.
    public : bool
        Whether strangers see it: then no text on it says where on this machine the data are.

    Examples
    --------
    ``page = Dashboard("hess-dl3-dr1")``; in the next cell ``page.state.radius = 0.2``, then
    ``page.outcome.fit``, ``print(page.script())``.
    """

    def __init__(
        self,
        data: Data,
        *,
        schedule: Schedule | None = None,
        start: Mapping[str, Any] | None = None,
        public: bool = False,
    ) -> None:
        stores = _named(data)
        library = Library(stores, public=public)
        self.schedule = schedule if schedule is not None else default_schedule()
        self.state = State()
        self.controller = Controller(self.state, library, self.schedule)
        self.state.restore(dict(start or {}))
        self.kit = kit = controls.Kit(self.state)
        self.data, self.region = controls.DataPanel(kit), controls.RegionPanel(kit)
        self.background, self.safe_mask = controls.BackgroundPanel(kit), controls.SafeMaskPanel(kit)
        self.energy, self.model = controls.EnergyPanel(kit), controls.ModelPanel(kit)
        self.points, self.time_bins = controls.PointsPanel(kit), controls.TimePanel(kit)
        self.ring = controls.RingPanel(kit)
        self.query = controls.QueryField(self.state)
        self._texts = Texts(library)
        self.carry = controls.CarryPanel(self.state, self._texts)
        self.status, self.progress = views.StatusView(self.state), views.ProgressView(self.state)
        self.summary, self.messages = views.SummaryView(), views.MessagesView()
        self.sky, self.counts, self.sed = views.SkyView(), views.CountsView(), views.SedView(self.state)
        self.sky_handles = views.SkyHandles(self.state, self.sky)
        self.counts_handles = views.CountsHandles(self.state, self.counts)
        self.fit, self.runs = views.FitView(kit), views.RunsView(kit)
        self.time, self.hysteresis = views.TimeView(self.state), views.HysteresisView()
        self.sky_map, self.distribution = views.RingView(self.state), views.DistributionView()
        self.growth, self.scan = views.GrowthView(), views.RadiusScanView(self.state)
        self.comparison = views.ComparisonView(self.state)
        self.credit = views.CreditView(self.state, {name: _credit(data) for name, data in stores.items()})
        self.widget = self._layout()
        for result, draw in self._drawings():
            self.state.observe(guarded(self.state)(_drawn_by(draw)), names=result)
        self.state.observe(guarded(self.state)(self._open_link), names="query")
        self.controller.refresh()

    @property
    def outcome(self) -> Outcome | None:
        """What the engine found for what the page shows; None before the first result."""
        return self.state.outcome

    @property
    def settings(self) -> AnalysisSettings | None:
        """The settings of the outcome, as the engine's `Analysis` takes them."""
        return self.outcome.settings if self.outcome is not None else None

    def script(self) -> str:
        """Return a few lines of Python that find the same numbers."""
        return self._texts.script(self.state.inputs(), self.state.band)

    def config(self) -> str:
        """Return the YAML with which ``lightpool run`` finds the same numbers."""
        return self._texts.config(self.state.inputs(), self.state.band)

    def link(self) -> str:
        """Return what to put behind the address of a served page so that it opens like this."""
        return self._texts.link(self.state.inputs())

    def close(self) -> None:
        """Stop the worker, take the page away and let go of every widget on it."""
        self.schedule.close()
        for widget in _all_below(self.widget):
            widget.close()

    def _open_link(self, change: Any) -> None:
        open_link(self.state, change.new)

    def _drawings(self) -> list[tuple[str, Callable[[Any], None]]]:
        """Return which function draws which result, in the order in which they are drawn."""
        spectrum = (
            *(self.summary, self.sed, self.counts, self.counts_handles, self.model.parameters),
            *(self.sky, self.sky_handles, self.fit, self.runs, self.growth, self.messages),
        )
        return [
            *(("outcome", view.update) for view in spectrum),
            ("preview", self.sed.update_preview),
            ("preview", self.counts.show_trial),
            ("asymmetric", self.fit.show_errors),
            ("span_outcome", self.sed.update_span),
            ("series", self.time.update),
            ("series", self.hysteresis.update),
            ("outcome", self.sky_map.update_region),
            ("sky_map", self.sky_map.update),
            ("sky_map", self.distribution.update),
            ("pointed", self.counts.highlight),
            ("radius_scan", self.scan.update),
            ("comparison", self.comparison.update),
            ("goodness", self.comparison.update_goodness),
        ]

    def _layout(self) -> w.VBox:
        root = w.VBox()
        root.add_class("lp-dashboard")
        self.appearance = controls.ThemeSwitch(self.kit, root)
        style = w.HTML(f"<style>{theme.style_sheet()}</style>")
        style.add_class("lp-style")
        name = w.HTML('<span class="lp-brand">Lightpool</span>')
        head = w.HBox([name, self.status.box, self.progress.box, self.summary.box])
        head.add_class("lp-head")
        panels = w.VBox(
            [
                self.query.notice,
                self.data.box,
                self.region.box,
                self.background.box,
                self.safe_mask.box,
                self.energy.box,
                self.model.box,
                self.points.box,
                self.time_bins.box,
                self.ring.box,
                self.carry.box,
                self.appearance.box,
            ]
        )
        panels.add_class("lp-controls")
        tables = w.VBox([self.fit.box, self.runs.box])
        tables.add_class("lp-tables")
        figures = w.GridBox(
            [
                self.sky.box,
                self.counts.box,
                self.sed.box,
                self.time.box,
                tables,
                self.hysteresis.box,
                self.sky_map.box,
                self.distribution.box,
                self.growth.box,
                self.scan.box,
                self.comparison.box,
                self.messages.box,
            ]
        )
        figures.add_class("lp-views")
        figures.add_class("lp-main")
        body = w.HBox([panels, figures])
        body.add_class("lp-body")
        root.children = [style, self.query.field, head, body, self.credit.box]
        return root

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return self.widget._repr_mimebundle_(**kwargs)


def app() -> None:
    """Display the dashboard on the stores and the configuration that the server chose for this kernel."""
    from IPython.display import display

    from lightpool_dashboard.opening import inputs_from_config
    from lightpool_dashboard.server_log import log_to_server
    from lightpool_dashboard.stores import (
        CONFIG_VARIABLE,
        PUBLIC_VARIABLE,
        STORES_VARIABLE,
        configured_stores,
    )

    if STORES_VARIABLE in os.environ:
        log_to_server()
    stores, config = configured_stores(), os.environ.get(CONFIG_VARIABLE)
    start = inputs_from_config(Path(config), stores) if config else None
    dashboard = Dashboard(stores, start=start, public=os.environ.get(PUBLIC_VARIABLE) == "1")
    # A browser that is just building its widgets misses what they are told meanwhile.
    dashboard.schedule.run_now()
    display(dashboard)


def _all_below(root: w.Widget) -> list[w.Widget]:
    """Return a widget and all that it shows, with their layouts and styles, marks, axes and scales."""
    found: dict[str, w.Widget] = {}
    waiting: list[Any] = [root]
    while waiting:
        item = waiting.pop()
        if isinstance(item, w.Widget) and item.model_id not in found:
            found[item.model_id] = item
            waiting += [getattr(item, name) for name in item.keys]
        elif isinstance(item, list | tuple):
            waiting += item
        elif isinstance(item, dict):
            waiting += item.values()
    return list(found.values())


def _drawn_by(draw: Callable[[Any], None]) -> Callable[[Any], None]:
    @functools.wraps(draw)
    def on_change(change: Any) -> None:
        draw(change.new)

    return on_change


def _credit(store: DataStore | Path) -> str:
    return attribution(store.path if isinstance(store, DataStore) else Path(store))


def _named(data: Data) -> dict[str, Any]:
    if isinstance(data, DataStore):
        return {data.name: data}
    if isinstance(data, Mapping):
        return dict(data)
    path = Path(data)
    return {path.resolve().name: path}
