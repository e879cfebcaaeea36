"""The panels of the light curve: flux with limits, slope of the spectrum, excess rate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import bqplot as bq
import numpy as np
import xarray as xr

from lightpool_dashboard import marks, theme
from lightpool_dashboard.panels import Panels
from lightpool_dashboard.tasks.series import Series
from lightpool_dashboard.views.fit_words import raised
from lightpool_dashboard.views.span_words import band_in_words


@dataclass(frozen=True, eq=False)
class Bins:
    """Where the intervals are on the axis, shape (intervals,), and when they were in words."""

    start: np.ndarray
    middle: np.ndarray
    stop: np.ndarray
    when: list[str]


@dataclass(frozen=True, eq=False)
class Values:
    """A quantity with its errors, shape (intervals,), and which of them are drawn."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    shown: np.ndarray

    @property
    def mean(self) -> float:
        """The weighted mean: what a source that does not vary would have; NaN for fewer than two."""
        width = ((self.high - self.low) / 2)[self.shown]
        value, good = self.value[self.shown], width > 0
        return float(np.average(value[good], weights=width[good] ** -2)) if good.sum() > 1 else math.nan


class Row:
    """Points with their bars, and a dashed line at their mean.

    Parameters
    ----------
    scales : dict
    colour, marker : str
    """

    def __init__(self, scales: dict[str, Any], colour: str, marker: str) -> None:
        self.mean = marks.lines(scales, theme.BACKGROUND, line_style="dashed", stroke_width=1.2)
        self.widths = marks.lines(scales, colour, stroke_width=1.2)
        self.errors = marks.lines(scales, colour, stroke_width=1.2)
        self.points = marks.points(scales, colour, marker, default_size=22, display_names=False)
        self.points.tooltip = bq.Tooltip(fields=["name"], show_labels=False)

    @property
    def all(self) -> list[Any]:
        """The marks, from below."""
        return [self.mean, self.widths, self.errors, self.points]

    def put(self, bins: Bins, values: Values, names: list[str], ends: tuple[float, float]) -> None:
        """Draw values; the line at their mean goes from end to end."""
        use = values.shown
        marks.put(self.widths, *marks.spans(bins.start[use], bins.stop[use], values.value[use]))
        marks.put(self.errors, *marks.error_bars(bins.middle[use], values.low[use], values.high[use]))
        marks.put(self.points, bins.middle[use], values.value[use])
        marks.put_names(self.points, [f"{bins.when[k]}: {names[k]}" for k in np.flatnonzero(use)])
        mean = values.mean
        marks.put(self.mean, *((ends, [mean, mean]) if math.isfinite(mean) else ([], [])))


#: So far at most an error bar of a slope pulls the axis: a longer one would flatten all others.
LONGEST = 3.0


class SeriesPanels:
    """Three panels over one axis of time.

    Parameters
    ----------
    panels : Panels
    """

    def __init__(self, panels: Panels) -> None:
        self.panels = panels
        self.flux = Row(panels.scales(0), theme.POINTS, "circle")
        self.limit_bars = marks.lines(panels.scales(0), theme.LIMITS, stroke_width=1.2)
        self.limits = marks.points(panels.scales(0), theme.LIMITS, "triangle-down", default_size=46)
        self.limits.tooltip = bq.Tooltip(fields=["name"], show_labels=False)
        self.limits.display_names = False
        self.slope = Row(panels.scales(1), theme.MODEL, "diamond")
        self.rate = Row(panels.scales(2), theme.REFERENCE, "square")

    @property
    def all(self) -> list[Any]:
        """The marks, from below."""
        return [*self.flux.all, self.limit_bars, self.limits, *self.slope.all, *self.rate.all]

    def draw(self, series: Series, bins: Bins, ends: tuple[float, float]) -> None:
        """Draw a series on an axis that goes from end to end."""
        titles = [
            self._draw_flux(series.curve, bins, ends),
            self._draw_slope(series, bins, ends),
            self._draw_rate(series.spectra, bins, ends),
        ]
        self.panels.name(titles)

    def _draw_flux(self, curve: xr.Dataset, bins: Bins, ends: tuple[float, float]) -> str:
        flux, up, down, limit = (
            curve[name].to_numpy()[:, 0] for name in ("flux", "flux_errp", "flux_errn", "flux_ul")
        )
        is_limit = curve["is_ul"].to_numpy()[:, 0] & np.isfinite(limit)
        shown = np.isfinite(flux) & ~is_limit
        largest = np.concatenate([flux[shown], limit[is_limit], [0.0]]).max()
        power = math.floor(math.log10(largest)) if largest > 0 else -11
        flux, up, down, limit = (
            v / 10.0**power for v in (flux, np.nan_to_num(up), np.nan_to_num(down), limit)
        )
        values = Values(flux, flux - down, flux + up, shown)
        panel = self.panels.panels[0]
        panel.show(values.low[shown], values.high[shown], limit[is_limit], zero=True)
        names = [f"{v:.3g} +{p:.2g} −{n:.2g}" for v, p, n in zip(flux, up, down, strict=True)]
        self.flux.put(bins, values, names, ends)
        self._draw_limits(limit, is_limit, bins)
        low, high = (float(curve[name].to_numpy()[0]) for name in ("e_min", "e_max"))
        return f"Flux {band_in_words(low, high)} [10{raised(power)} cm⁻² s⁻¹]"

    def _draw_limits(self, limit: np.ndarray, use: np.ndarray, bins: Bins) -> None:
        """Draw a bar at each limit, and a triangle hung below it."""
        scale = self.panels.panels[0].scale
        at, middle = limit[use], bins.middle[use]
        tip = np.maximum(at - 0.06 * (scale.max - scale.min), 0.0)
        across, stem = marks.spans(bins.start[use], bins.stop[use], at), marks.error_bars(middle, tip, at)
        marks.put(self.limit_bars, *(np.concatenate(pair) for pair in zip(across, stem, strict=True)))
        marks.put(self.limits, middle, tip)
        marks.put_names(self.limits, [f"{bins.when[k]}: below {limit[k]:.3g}" for k in np.flatnonzero(use)])

    def _draw_slope(self, series: Series, bins: Bins, ends: tuple[float, float]) -> str:
        value, error = slope_of(series)
        shown = np.isfinite(value) & np.isfinite(error) & series.spectra["success"].to_numpy()
        values = Values(value, *slope_bars(value, error, shown), shown)
        self.panels.panels[1].show(values.low[shown], values.high[shown], at_least=0.5)
        names = [f"{v:.2f} ± {e:.2f}" for v, e in zip(value, error, strict=True)]
        self.slope.put(bins, values, names, ends)
        return series.slope.capitalize() if series.slope else "No slope of the spectrum is free"

    def _draw_rate(self, spectra: xr.Dataset, bins: Bins, ends: tuple[float, float]) -> str:
        on, off, alpha, excess, livetime, sqrt_ts = (
            spectra[name].to_numpy()
            for name in ("counts", "counts_off", "alpha", "excess", "livetime", "sqrt_ts")
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = 60 * excess / livetime
            error = 60 * np.sqrt(on + alpha**2 * off) / livetime
        values = Values(rate, rate - error, rate + error, np.isfinite(rate) & np.isfinite(error))
        shown = values.shown
        self.panels.panels[2].show(values.low[shown], values.high[shown], zero=True)
        names = [
            f"{e:.1f} excess counts in {t / 60:.1f} min, {s:.1f} σ"
            for e, t, s in zip(excess, livetime, sqrt_ts, strict=True)
        ]
        self.rate.put(bins, values, names, ends)
        return "Excess per minute"


def slope_bars(value: np.ndarray, error: np.ndarray, shown: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the error bars of slopes; one that measures nothing runs across the whole panel."""
    bar = np.minimum(error, LONGEST)
    low = (value - bar)[shown].min(initial=math.inf)
    high = (value + bar)[shown].max(initial=-math.inf)
    return np.maximum(value - error, low), np.minimum(value + error, high)


def slope_of(series: Series) -> tuple[np.ndarray, np.ndarray]:
    """Return the slope of every interval and its error; NaN where there is none."""
    spectra = series.spectra
    if not series.slope:
        nothing = np.full(spectra.sizes["interval"], np.nan)
        return nothing, nothing
    one = spectra.sel(parameter=series.slope)
    return one["value"].to_numpy(), one["error"].to_numpy()
