"""The map with a ring background: significance, excess and what they are made of."""

from __future__ import annotations

import math
from html import escape
from typing import Any

import ipywidgets as w
import numpy as np

from lightpool.analysis import MapOutcome, Outcome
from lightpool.maps import MapGeometry, Peak
from lightpool.maps.dataset import images
from lightpool.plot_data import (
    QUANTITIES,
    MapImage,
    circles_on_map,
    contour_lines,
    map_grid,
    map_image,
    on_map,
)
from lightpool.sky import Circle, separation
from lightpool_dashboard import marks, theme
from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.state import State
from lightpool_dashboard.turning_picture import TurningPicture
from lightpool_dashboard.views import html
from lightpool_dashboard.views.colour_bar import Stretch, colour_bar, map_png
from lightpool_dashboard.views.problem import Problem

_MARGIN = {"top": 8, "bottom": 44, "left": 68, "right": 14}
#: Width over height of the whole figure: then the plot area is square, as pixels on the sky are.
_ASPECT = 1.09
#: Coordinates written along an axis, at most.
_LABELS = 4
#: Contours of significance.
LEVELS = (5.0, 10.0, 20.0, 40.0)
#: A click within this distance (deg) of a peak means the peak.
_NEAR = 0.1
_GO, _NOWHERE = "Go to a peak", ()
_SHOWN = ("sqrt_ts", "excess", "flux", "counts", "background", "acceptance", "alpha")


class RingView:
    """One quantity of the map as an image, with its coordinates and what is drawn on it.

    A click moves the ON region: to the nearest peak, or to where it was if none is near. The list
    of peaks does the same by keyboard.

    Parameters
    ----------
    state : State
        Its `position` is what a click sets.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._outcome: MapOutcome | None = None
        self._geometry: MapGeometry | None = None
        self._on: Circle | None = None
        self._x, self._y = marks.linear_scale(-0.5, 149.5), marks.linear_scale(-0.5, 149.5)
        scales = {"x": self._x, "y": self._y}
        self.picture = TurningPicture(scales)
        self.grid = marks.lines(scales, theme.REJECTED, stroke_width=0.6, opacities=[0.45])
        self.contours = marks.lines(scales, theme.CONTOUR, stroke_width=1.1)
        self.excluded = marks.lines(scales, theme.EXCLUDED, line_style="dashed", stroke_width=1.4)
        self.ring = marks.lines(scales, theme.RING, line_style="dotted", stroke_width=1.4)
        self.on = marks.lines(scales, theme.ON_CIRCLE, stroke_width=2.2)
        self.peaks = marks.points(scales, theme.CONTOUR, "cross", default_size=34)
        self._lon_axis = marks.axis(self._x, "Right ascension")
        self._lat_axis = marks.axis(self._y, "Declination", side="left", offset="54px")
        self.figure = marks.figure(
            [self.picture.mark, self.grid, self.excluded, self.contours, self.ring, self.on, self.peaks],
            [self._lon_axis, self._lat_axis],
            margin=_MARGIN,
            min_aspect_ratio=_ASPECT,
            max_aspect_ratio=_ASPECT,
        )
        self.quantity = w.Dropdown(
            options=[(QUANTITIES[name][0], name) for name in _SHOWN],
            tooltip="What the map shows",
            description="Show",
        )
        self.peak = w.Dropdown(
            options=[(_GO, _NOWHERE)], tooltip="Move the ON region to a peak", description="Peaks"
        )
        for widget, name in ((self.quantity, "map-quantity"), (self.peak, "peak")):
            widget.add_class("lp-control").add_class(f"lp-control-{name}")
        choices = w.HBox([self.quantity, self.peak])
        choices.add_class("lp-map-choices")
        self.title, self.legend = w.HTML(html.heading("Ring map")), w.HTML()
        plot = w.Box([self.figure, self.legend])
        plot.add_class("lp-sky")
        self.box = w.VBox([self.title, choices, Problem(state, "sky_map"), plot, self.picture.holder])
        self.box.add_class("lp-view").add_class("lp-view-ring")
        guard = guarded(state)
        self.quantity.observe(guard(self._draw_image), names="value")
        self.peak.observe(guard(self._go_to_peak), names="value")
        self.picture.mark.on_element_click(guard(self._clicked))
        self.peaks.on_element_click(guard(self._clicked))

    def update(self, outcome: MapOutcome | None) -> None:
        """Draw a map; None leaves the last one."""
        if outcome is None:
            return
        self._outcome = outcome
        self._set_geometry(outcome.settings.images.geometry)
        self._draw_image()
        excluded = images(outcome.maps, "excluded")[0].astype(float)
        self._put(self.excluded, _curve(np.pad(excluded, 1), 0.5, shift=-1))
        significance = images(outcome.excess, "sqrt_ts")[0]
        curves = [_curve(significance, level) for level in LEVELS]
        self._put(self.contours, tuple(np.concatenate(part) for part in zip(*curves, strict=True)))
        self._offer_peaks(outcome.peaks)
        self._draw_region()

    def update_region(self, outcome: Outcome) -> None:
        """Draw the ON region of a spectrum, and the ring about it."""
        self._on = outcome.settings.reduction.on_region
        self._draw_region()

    # -- drawing ------------------------------------------------------------------------------

    def _set_geometry(self, geometry: MapGeometry) -> None:
        if geometry == self._geometry:
            return
        self._geometry = geometry
        grid = map_grid(geometry)
        ny, nx = geometry.shape
        self._put(self.grid, (grid.x, grid.y))
        for axis, labels, along, n in (
            (self._lon_axis, grid.lon_labels, "x", nx),
            (self._lat_axis, grid.lat_labels, "y", ny),
        ):
            labels = labels[:: 1 + (len(labels) - 1) // _LABELS]  # more would run into each other
            ticks = np.array(sorted(getattr(label, along) for label in labels))
            text = {f"{getattr(label, along):.10g}": label.text for label in labels}
            marks.set_range(axis, -0.5, n - 0.5, np.array([float(f"{t:.10g}") for t in ticks]), text)
        for axis, name in ((self._lon_axis, grid.lon_name), (self._lat_axis, grid.lat_name)):
            if axis.label != name:
                axis.label = name

    def _draw_image(self, change: object = None) -> None:
        if self._outcome is None:
            return
        image = map_image(self._outcome.maps, self._outcome.excess, self.quantity.value)
        stretch = Stretch.of(image)
        self.picture.show(map_png(image.values, stretch), image.x_range, image.y_range)
        energy = self._outcome.maps["energy_edges"].to_numpy()
        note = f"{energy[0]:.3g} to {energy[-1]:.3g} TeV, {len(self._outcome.observations)} runs"
        self.title.value = html.heading("Ring map", note)
        self._show_legend(image, stretch)

    def _draw_region(self) -> None:
        if self._geometry is None or self._on is None or self._outcome is None:
            return
        on, ring = self._on, self._outcome.settings.background
        self._put(self.on, circles_on_map(self._geometry, [on]))
        circles = [Circle(on.lon, on.lat, radius, "") for radius in (ring.r_in, ring.r_in + ring.width)]
        self._put(self.ring, circles_on_map(self._geometry, circles))

    def _show_legend(self, image: MapImage, stretch: Stretch) -> None:
        assert self._outcome is not None
        levels = ", ".join(f"{level:g}" for level in LEVELS)
        keys = [
            html.legend_item("circle", theme.ON_CIRCLE, "ON", night=True),
            html.legend_item("circle-dotted", theme.RING, "ring about it", night=True),
            html.legend_item("circle-dashed", theme.EXCLUDED, "excluded", night=True),
            html.legend_item("line", theme.CONTOUR, f"{levels} σ", night=True),
            html.legend_item("cross", theme.CONTOUR, "peak: click to go there", night=True),
        ]
        unit = f" [{image.unit}]" if image.unit else ""
        bar = colour_bar(stretch, f"{image.title}{unit}")
        self.legend.value = bar + html.legend(keys) + _peak_words(self._outcome.peaks)

    def _put(self, mark: Any, curve: tuple[np.ndarray, ...]) -> None:
        x, y = curve
        y = np.where(np.isfinite(x), y, np.nan)  # a gap in y parts a line, one in x breaks it
        marks.put(mark, np.nan_to_num(x), y)

    # -- going to a peak ----------------------------------------------------------------------

    def _offer_peaks(self, peaks: tuple[Peak, ...]) -> None:
        geometry = self._geometry
        assert geometry is not None
        lon, lat = (np.array([getattr(peak, name) for peak in peaks]) for name in ("lon", "lat"))
        marks.put(self.peaks, *on_map(geometry, lon, lat))
        options: list[tuple[str, tuple[float, ...]]] = [(_GO, _NOWHERE)]
        options += [(f"{p.sqrt_ts:.1f} σ at {p.lon:.3f}°, {p.lat:+.3f}°", (p.lon, p.lat)) for p in peaks]
        if tuple(options) != tuple(self.peak.options):
            self.peak.options = options

    def _go_to_peak(self, change: Any) -> None:
        if change.new:
            self._state.position = change.new
            self.peak.value = _NOWHERE  # the same one can be chosen again

    def _clicked(self, mark: Any, event: dict[str, Any]) -> None:
        """Take a click on the image or on a peak's mark."""
        if self._outcome is None or self._geometry is None:
            return
        data = event.get("data", {})
        try:
            x, y = (float(data.get(f"click_{axis}", data.get(axis))) for axis in "xy")
        except (TypeError, ValueError):
            return
        lon, lat = (float(angle) for angle in self._geometry.lonlat(x, y))
        if not (math.isfinite(lon) and math.isfinite(lat)):
            return
        near = [p for p in self._outcome.peaks if separation(p.lon, p.lat, lon, lat) < _NEAR]
        if near:
            nearest = min(near, key=lambda p: float(separation(p.lon, p.lat, lon, lat)))
            lon, lat = nearest.lon, nearest.lat
        self._state.position = (lon, lat)


def _curve(values: np.ndarray, level: float, *, shift: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    x, y = contour_lines(values, [level])[level]
    return x + shift, y + shift


def _peak_words(peaks: tuple[Peak, ...]) -> str:
    if not peaks:
        return '<p class="lp-words">Nothing reaches 5 σ.</p>'
    top = peaks[0]
    sentence = f"Highest: {top.sqrt_ts:.1f} σ at {top.lon:.3f}°, {top.lat:+.3f}°, excess {top.excess:.1f}."
    return f'<p class="lp-words">{escape(sentence)}</p>'
