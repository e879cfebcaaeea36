"""The sky: counts, the ON region, the OFF regions of each run, what was rejected and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import bqplot as bq
import ipywidgets as w
import numpy as np
import xarray as xr

from lightpool.analysis import Outcome
from lightpool.dl3 import Observation
from lightpool.exclusion import Exclusion
from lightpool.plot_data import (
    FieldOfView,
    RunRegions,
    counts_image,
    field_of_view,
    outlines,
    run_regions,
    unwrap,
)
from lightpool.sky import Circle
from lightpool_dashboard import marks, theme
from lightpool_dashboard.ticks import linear_ticks
from lightpool_dashboard.turning_picture import TurningPicture
from lightpool_dashboard.views import html

_MARGIN = {"top": 8, "bottom": 44, "left": 60, "right": 14}
_HEIGHT = 330
_PIXELS = 130


class SkyView:
    """The counts image with its regions.

    The sky has its own dark background in both themes. Right ascension grows to the left.
    """

    def __init__(self) -> None:
        self._lon, self._lat = marks.linear_scale(1, 0), marks.linear_scale(0, 1)
        scales = {"x": self._lon, "y": self._lat}
        self.picture = TurningPicture(scales)
        self.on = marks.lines(scales, theme.ON_CIRCLE, stroke_width=2.2)
        self.off = [marks.lines(scales, colour, stroke_width=1.2) for colour in theme.RUNS]
        self.rejected = marks.lines(scales, theme.REJECTED, line_style="dotted", stroke_width=1)
        self.excluded = marks.lines(scales, theme.EXCLUDED, line_style="dashed", stroke_width=1.6)
        self.pointings = [
            marks.points(scales, colour, marker, default_size=40)
            for colour, marker in zip(theme.RUNS, theme.RUN_MARKERS, strict=True)
        ]
        drawn = [self.picture.mark, *self.off, self.rejected, self.excluded, *self.pointings, self.on]
        self._lon_axis = marks.axis(self._lon, "Right ascension [deg]")
        self._lat_axis = marks.axis(self._lat, "Declination [deg]", side="left")
        # Drawn round: width and height of the plot area are in the ratio of the margins' remainders.
        width = _HEIGHT - _MARGIN["top"] - _MARGIN["bottom"] + _MARGIN["left"] + _MARGIN["right"]
        self.figure = marks.figure(
            drawn,
            [self._lon_axis, self._lat_axis],
            margin=_MARGIN,
            min_aspect_ratio=width / _HEIGHT,
            max_aspect_ratio=width / _HEIGHT,
        )
        self.title, self.legend = w.HTML(html.heading("Sky")), w.HTML()
        # The legend stands beside the figure where there is room, else below.
        plot = w.Box([self.figure, self.legend])
        plot.add_class("lp-sky")
        self.box = w.VBox([self.title, plot, self.picture.holder])
        self.box.add_class("lp-view").add_class("lp-view-sky")
        self._image_of: tuple[Any, ...] = ()
        self._most = 0.0
        self._view = FieldOfView(0.0, 0.0, 1.0)
        #: Entries of the legend for what else was put on the figure.
        self.explained: tuple[str, ...] = ()

    def update(self, outcome: Outcome) -> None:
        """Draw an outcome."""
        reduction = outcome.settings.reduction
        energy = reduction.energy[0], reduction.energy[-1]
        self.draw(
            outcome.observations,
            outcome.cube,
            on_region=reduction.on_region,
            exclusion=reduction.exclusion,
            energy=energy,
        )

    def draw(
        self,
        observations: Sequence[Observation],
        cube: xr.Dataset,
        *,
        on_region: Circle,
        exclusion: Exclusion = (),
        energy: tuple[float, float],
    ) -> None:
        """Draw the counts of some runs between two energies (TeV), and the regions of their cube."""
        self._view = view = field_of_view(cube)
        self._show_image(observations, energy, view)
        regions = run_regions(cube)
        self.put(self.on, [on_region])
        excluded = [c for c in exclusion if isinstance(c, Circle) and view.shows(c)]
        self.put(self.excluded, excluded)
        self.put(self.rejected, chain.from_iterable(run.rejected for run in regions))
        for k, (off, pointing) in enumerate(zip(self.off, self.pointings, strict=True)):
            runs = regions[k :: len(self.off)]
            self.put(off, chain.from_iterable(run.used for run in runs))
            lon = unwrap(np.array([run.pointing[0] for run in runs]), view.lon)
            marks.put(pointing, lon, [run.pointing[1] for run in runs])
        self._show_legend(on_region, regions, excluded)

    @property
    def centre(self) -> float:
        """Longitude (deg) that the drawn ones lie around."""
        return self._view.lon

    def shows(self, circle: Circle) -> bool:
        """Whether some of a circle is in the picture."""
        return self._view.shows(circle)

    def put(self, mark: bq.Lines, circles: Iterable[Circle]) -> None:
        """Draw the outlines of circles."""
        marks.put(mark, *outlines(circles, self._view.lon))

    def _show_image(
        self, observations: Sequence[Observation], energy: tuple[float, float], view: FieldOfView
    ) -> None:
        """Draw the counts; they do not depend on the regions, so mostly there is nothing to do."""
        key = (tuple(run.obs_id for run in observations), id(observations[0]), view, energy)
        if key == self._image_of:
            return
        counts = counts_image(
            observations,
            (view.lon, view.lat),
            width=view.width,
            height=view.width,
            n=_PIXELS,
            energy=energy,
        ).counts
        self._most = max(float(counts.max()), 1.0)
        self.picture.show(marks.png(counts, low=0, high=self._most), view.lon_range, view.lat_range)
        west, east = view.lon_range
        ticks = linear_ticks(west, east)
        labels = {f"{tick:.10g}": f"{tick % 360:g}" for tick in ticks}
        marks.set_range(self._lon_axis, east, west, ticks, labels)
        marks.set_range(self._lat_axis, *view.lat_range, linear_ticks(*view.lat_range))
        self._image_of = key

    def _show_legend(self, target: Circle, regions: tuple[RunRegions, ...], excluded: list[Circle]) -> None:
        point = "" if target.radius else ", point-like: no radius"
        where = f"ON {target.lon:.3f}°, {target.lat:+.3f}°{point}"
        self.title.value = html.heading(f"Sky: {target.name}", where)
        items = [
            html.legend_ramp(f"0 to {self._most:g} counts"),
            html.legend_item("circle", theme.ON_CIRCLE, "ON", night=True),
            html.legend_item(
                "circle",
                theme.RUNS[0],
                "OFF, a colour a run" if len(regions) <= len(self.off) else "OFF, runs take turns in colour",
                night=True,
            ),
        ]
        if excluded:
            names = ", ".join(circle.name for circle in excluded if circle.name)
            text = f"excluded: {names}" if names else "excluded"
            items.append(html.legend_item("circle-dashed", theme.EXCLUDED, text, night=True))
        reasons = [circle.name for run in regions for circle in run.rejected]
        for reason in dict.fromkeys(reasons):
            text = f"{reasons.count(reason)} rejected: {reason}"
            items.append(html.legend_item("circle-dotted", theme.REJECTED, text, night=True))
        self.legend.value = html.legend([*items, *self.explained])
