"""The figures of the report: sky, counts, spectral energy distribution, growth with time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
import xarray as xr

from lightpool.analysis import MapOutcome, Outcome
from lightpool.plot_data import (
    counts_image,
    counts_spectrum,
    field_of_view,
    growth,
    map_image,
    outlines,
    run_regions,
    safe_range,
    sed_curve,
    sed_points,
)
from lightpool.radius_scan import RadiusScan
from lightpool.sky import Circle
from lightpool_dashboard import theme
from lightpool_dashboard.carry.chart import Axis, Chart
from lightpool_dashboard.carry.page import Results
from lightpool_dashboard.png import png
from lightpool_dashboard.ticks import log_range

_PIXELS = 130
#: From cm-2 s-1 to what the light curve is drawn in.
_PER_FLUX = 1e12
#: A gap in a light curve that is left out.
_LONG = np.timedelta64(6 * 3_600_000, "ms")


@dataclass(frozen=True)
class Picture:
    """A figure with its words.

    Parameters
    ----------
    name : str
        As a file.
    title, words : str
    chart : Chart
    """

    name: str
    title: str
    words: str
    chart: Chart


def pictures(results: Results) -> Iterator[Picture]:
    """Return the figures of the results one after the other."""
    outcome = results.outcome
    yield _sky(outcome)
    yield _counts(outcome)
    if outcome.points is not None:
        yield from _sed(outcome)
    if outcome.cube.sizes["time"] > 1:
        yield from _growth(outcome)
    if outcome.light_curve is not None:
        yield from _light_curve(outcome.light_curve)
    if outcome.radius_scan is not None:
        yield from _radius_scan(outcome.radius_scan, outcome.settings.reduction.on_region.radius)
    if results.sky_map is not None:
        yield _significance(results.sky_map)


def _radius_scan(scan: RadiusScan, chosen: float) -> Iterator[Picture]:
    seen = np.isfinite(scan.sqrt_ts)
    if not seen.any():
        return
    x, y = scan.radius[seen], scan.sqrt_ts[seen]
    ends = min(1.12 * float(y.min()), 0.0), 1.12 * max(float(y.max()), 1.0)
    chart = Chart(Axis(0, 1.04 * float(x[-1]), "ON radius [deg]"), Axis(*ends, "Significance [σ]"))
    chart.line(np.full(2, chosen), np.array(ends), theme.THRESHOLD, dash="5 3")
    chart.line(x, y, theme.MODEL, thick=1.2)
    chart.points(x, y, theme.MODEL)
    words = f"dashed: the chosen {chosen:g} deg; a radius chosen because it gives the most overstates it"
    yield Picture("radius_scan", "Choice of the ON radius", words, chart)


def _significance(sky_map: MapOutcome) -> Picture:
    image = map_image(sky_map.maps, sky_map.excess, "sqrt_ts")
    binsize = sky_map.settings.images.geometry.binsize
    half = [binsize * (ends[1] - ends[0]) / 2 for ends in (image.x_range, image.y_range)]
    east, north = half
    chart = Chart(
        Axis(east, -east, "Offset to the east [deg]"),
        Axis(-north, north, "Offset to the north [deg]"),
        330,
        330,
    )
    # The first column of the image is the eastern one; that of a picture belongs to its first corner.
    chart.image(png(image.values[:, ::-1], low=0, high=image.high), (-east, east), (-north, north))
    radius = sky_map.settings.correlation_radius
    words = f"0 to {image.high:.1f} σ in a disc of {radius:g} deg about each pixel, with a ring background"
    return Picture("significance", "Significance map", words, chart)


def _sky(outcome: Outcome) -> Picture:
    view = field_of_view(outcome.cube)
    s = outcome.settings.reduction
    counts = counts_image(
        outcome.observations,
        (view.lon, view.lat),
        width=view.width,
        height=view.width,
        n=_PIXELS,
        energy=(s.energy[0], s.energy[-1]),
    ).counts
    west, east = view.lon_range
    south, north = view.lat_range
    chart = Chart(
        Axis(east, west, "Right ascension [deg]"), Axis(south, north, "Declination [deg]"), 330, 330
    )
    most = max(float(counts.max()), 1.0)
    chart.image(png(counts, low=0, high=most), (west, east), (south, north))
    regions = run_regions(outcome.cube)
    for k, colour in enumerate(theme.RUNS):
        off = chain.from_iterable(run.used for run in regions[k :: len(theme.RUNS)])
        chart.line(*outlines(off, view.lon), colour, thick=1.1)
    chart.line(
        *outlines(chain.from_iterable(run.rejected for run in regions), view.lon),
        theme.REJECTED,
        thick=0.9,
        dash="1 3",
    )
    excluded = [c for c in s.exclusion if isinstance(c, Circle) and view.shows(c)]
    chart.line(*outlines(excluded, view.lon), theme.EXCLUDED, thick=1.4, dash="5 3")
    chart.line(*outlines([s.on_region], view.lon), theme.ON_CIRCLE, thick=2)
    words = f"0 to {most:g} counts a pixel; white: ON; thin: OFF, a colour a run"
    return Picture("sky", "Sky", words + ("; dashed: excluded" if excluded else ""), chart)


def _counts(outcome: Outcome) -> Picture:
    spectrum = counts_spectrum(outcome.fitted, outcome.fit)
    shown = [spectrum.all_counts, spectrum.counts_high[spectrum.counts > 0]]
    _, high = log_range(np.concatenate(shown), floor=1, ceiling=10)
    edges = spectrum.edges
    chart = Chart(
        Axis(edges[0], edges[-1], "Energy [TeV]", log=True), Axis(0.2, high, "Counts per bin", log=True)
    )
    chart.steps(edges, spectrum.all_counts, theme.GREY)
    chart.steps(edges, spectrum.background, theme.GREY, dash="5 3")
    words = "points: ON counts in the safe range; thin: all ON counts; dashed: background"
    if spectrum.npred is not None:
        chart.steps(edges, spectrum.npred, theme.MODEL)
        words += "; red: prediction"
    seen = spectrum.safe & (spectrum.counts > 0)
    centres = np.sqrt(edges[:-1] * edges[1:])[seen]
    errors = (spectrum.counts_low[seen], spectrum.counts_high[seen])
    chart.points(centres, spectrum.counts[seen], theme.COUNTS, y_error=errors)
    return Picture("counts", "Counts in the ON region", words, chart)


def _sed(outcome: Outcome) -> Iterator[Picture]:
    assert outcome.points is not None
    points = sed_points(outcome.points)
    if not points.energy.size:
        return
    low, high = safe_range(outcome.fitted)
    curve = None if outcome.fit is None else sed_curve(outcome.fit.model, low, high)
    ends = np.where(points.is_limit, points.limit, np.maximum(points.value, points.high))
    bottoms = np.where(points.is_limit, points.limit / 3, np.maximum(points.low, points.value / 3))
    y = log_range(np.concatenate([ends, bottoms]), floor=1, ceiling=100)
    x = log_range(np.concatenate([points.e_min, points.e_max, [low, high]]), floor=0.1, ceiling=100, pad=1.0)
    chart = Chart(Axis(*x, "Energy [TeV]", log=True), Axis(*y, "E² dN/dE [10⁻¹² erg cm⁻² s⁻¹]", log=True))
    if curve is not None:
        chart.band(curve.energy, curve.low, curve.high, theme.MODEL)
        chart.line(curve.energy, curve.value, theme.MODEL)
    measured, limits = ~points.is_limit, points.is_limit
    chart.points(
        points.energy[measured],
        points.value[measured],
        theme.POINTS,
        y_error=(points.low[measured], points.high[measured]),
        x_error=(points.e_min[measured], points.e_max[measured]),
    )
    chart.limits(
        points.energy[limits],
        points.limit[limits],
        (points.e_min[limits], points.e_max[limits]),
        theme.LIMITS,
    )
    words = f"best fit with its 1 σ band; arrows: {points.ul_sigma:g} σ upper limits where √TS < 2"
    yield Picture("sed", "Spectral energy distribution", words, chart)


def _growth(outcome: Outcome) -> Iterator[Picture]:
    grown = growth(outcome.cube)
    seen = np.isfinite(grown.sqrt_ts)
    hours = grown.livetime / 3600
    if not (seen.any() and seen[-1] and hours[-1] > 0):
        return
    top = 1.12 * max(float(grown.sqrt_ts[seen].max()), 1.0)
    bottom = min(1.12 * float(grown.sqrt_ts[seen].min()), 0.0)
    chart = Chart(Axis(0, 1.05 * float(hours[-1]), "Livetime [h]"), Axis(bottom, top, "Significance [σ]"))
    time = np.linspace(0, float(hours[-1]), 80)
    chart.line(time, float(grown.sqrt_ts[-1]) * np.sqrt(time / hours[-1]), theme.GREY, dash="5 3")
    chart.points(hours[seen], grown.sqrt_ts[seen], theme.COUNTS)
    yield Picture("growth", "Growth with livetime", "runs added up; dashed: a steady source", chart)


def _light_curve(curve: xr.Dataset) -> Iterator[Picture]:
    one = curve.isel(band=0)
    start, stop = (one[name].to_numpy().astype("datetime64[ms]") for name in ("time_start", "time_stop"))
    flux, low, high, limit = (
        one[f"flux{end}"].to_numpy() * _PER_FLUX for end in ("", "_errn", "_errp", "_ul")
    )
    is_limit = one["is_ul"].to_numpy() | ~np.isfinite(flux)
    drawn = np.where(is_limit, np.isfinite(limit), np.isfinite(flux))
    if not drawn.any():
        return
    axis, begin, end, breaks = clock(start, stop)
    tops = np.where(is_limit, limit, flux + np.nan_to_num(high))[drawn]
    chart = Chart(axis, Axis(0, 1.12 * float(tops.max()), "Flux [10⁻¹² cm⁻² s⁻¹]"))
    for gap in breaks:
        chart.line(np.full(2, gap), np.array([0.0, 1e9]), theme.GREY, thick=0.8, dash="2 3")
    seen, bound = drawn & ~is_limit, drawn & is_limit
    chart.points(
        ((begin + end) / 2)[seen],
        flux[seen],
        theme.POINTS,
        y_error=((flux - np.nan_to_num(low))[seen], (flux + np.nan_to_num(high))[seen]),
        x_error=(begin[seen], end[seen]),
    )
    chart.limits(((begin + end) / 2)[bound], limit[bound], (begin[bound], end[bound]), theme.LIMITS)
    words = f"{float(one['e_min']):.3g} to {float(one['e_max']):.3g} TeV; arrows: upper limits where √TS < 2"
    yield Picture("light_curve", "Light curve", words, chart)


def clock(start: np.ndarray, stop: np.ndarray) -> tuple[Axis, np.ndarray, np.ndarray, list[float]]:
    """Return a time axis without long gaps, where intervals begin and end on it, and where a gap was.

    Parameters
    ----------
    start, stop : ndarray of datetime64[ms], in any order
    """
    order = np.argsort(start)
    reached = np.maximum.accumulate(stop[order])
    gaps = np.r_[
        np.timedelta64(0, "ms"), np.maximum(start[order][1:] - reached[:-1], np.timedelta64(0, "ms"))
    ]
    long = gaps > _LONG
    hours = np.timedelta64(3_600_000, "ms")
    whole = float(((reached[-1] - start.min()) - gaps[long].sum()) / hours)
    shift = np.empty(len(start))
    shift[order] = np.cumsum(np.where(long, gaps / hours - 0.06 * whole, 0.0))
    begin, end = ((time - start.min()) / hours - shift for time in (start, stop))
    firsts = np.r_[order[0], order[long]]
    low, high = -0.02 * whole, float(end.max()) + 0.02 * whole
    if not long.any():
        label = f"Hours since {str(start.min())[:16].replace('T', ' ')} UTC"
        return Axis(low, high, label), begin, end, []
    shown = firsts[:: -(-len(firsts) // 5)]
    named = tuple((float(begin[k]), str(start[k])[:10]) for k in shown)
    axis = Axis(low, high, "Night (UTC); gaps are left out", named=named)
    return axis, begin, end, [float(begin[k]) - 0.03 * whole for k in firsts[1:]]
