"""The marks of a physicist's plot, made of what bqplot has: steps, error bars, bands, limits, axes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import bqplot as bq
import ipywidgets as w
import numpy as np

from lightpool_dashboard.png import palette_png as palette_png
from lightpool_dashboard.png import png as png
from lightpool_dashboard.png import shade_png as shade_png
from lightpool_dashboard.ticks import log_ticks, plain_labels


def lines(scales: dict[str, Any], colour: str, **style: Any) -> bq.Lines:
    """Return an empty line; keywords are those of ``bqplot.Lines``."""
    return bq.Lines(x=[], y=[], scales=scales, colors=[colour], **{"stroke_width": 1.5, **style})


def points(scales: dict[str, Any], colour: str, marker: str, **style: Any) -> bq.Scatter:
    """Return empty markers."""
    return bq.Scatter(
        x=[], y=[], scales=scales, colors=[colour], marker=marker, **{"default_size": 36, **style}
    )


def handle(scales: dict[str, Any], colour: str, marker: str = "cross", **style: Any) -> bq.Scatter:
    """Return empty markers that can be dragged; the drag's messages say where to.

    A wide stroke that nobody sees makes a small marker easy to catch.
    """
    catch = {"default_size": 30, "drag_size": 1, "stroke": "transparent", "stroke_width": 14}
    return points(scales, colour, marker, enable_move=True, **{**catch, **style})


def band(scales: dict[str, Any], colour: str, opacity: float = 0.25) -> bq.Lines:
    """Return an empty band between two curves: give it ``y`` of shape (2, n)."""
    return bq.Lines(
        x=[],
        y=[],
        scales=scales,
        colors=[colour, colour],
        fill="between",
        fill_colors=[colour, colour],
        fill_opacities=[opacity, opacity],
        opacities=[0.0, 0.0],
        stroke_width=0,
    )


def put(mark: Any, x: Any, y: Any, **others: Any) -> None:
    """Give a mark new data in one message; nothing is sent where nothing changed.

    A mark without data is hidden: an empty array is drawn as a point at the origin by some marks.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if y.ndim == 1 and y.size and np.isnan(y[-1]):
        # bqplot puts a curve's label at its last point, and fails where there is none.
        drawn = np.flatnonzero(~np.isnan(y))
        end = drawn[-1] + 1 if drawn.size else 0
        x, y = x[:end], y[:end]
    changed = {name: value for name, value in others.items() if not _same(getattr(mark, name), value)}
    with mark.hold_sync():
        if x.size and not (_same(mark.x, x) and _same(mark.y, y)):
            mark.x, mark.y = x, y
        for name, value in changed.items():
            setattr(mark, name, value)
        mark.visible = bool(x.size)


def put_names(mark: bq.Scatter, names: list[str]) -> None:
    """Give each marker what its tooltip says; nothing is sent where nothing changed."""
    if names and not (mark.names is not None and list(mark.names) == names):
        mark.names = np.array(names)


def steps(edges: np.ndarray, values: np.ndarray, *, floor: float) -> tuple[np.ndarray, np.ndarray]:
    """Return a histogram as a step line; what lies below `floor` (a zero on a log axis) rests on it.

    Parameters
    ----------
    edges : ndarray, shape (n + 1,)
    values : ndarray, shape (n,)

    Returns
    -------
    x, y : ndarray, shape (2 n + 2,)
        The ends go down to the floor.
    """
    x = np.repeat(edges, 2)
    inner = np.repeat(np.maximum(np.nan_to_num(values), floor), 2)
    return x, np.concatenate([[floor], inner, [floor]])


def error_bars(
    x: np.ndarray, low: np.ndarray, high: np.ndarray, *, floor: float | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return all bars as one curve parted by NaN in y, shape (3 n,); `low` is clipped to `floor`.

    A bar that ends below the floor is left out.
    """
    x, low, high = (np.asarray(v, dtype=float) for v in (x, low, high))
    kept = np.isfinite(low) & np.isfinite(high)
    if floor is not None:
        kept &= high > floor
        low = np.maximum(low, floor)
    gap = np.full(int(kept.sum()), np.nan)
    return np.repeat(x[kept], 3), np.stack([low[kept], high[kept], gap], axis=1).ravel()


def spans(low: np.ndarray, high: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return horizontal bars from `low` to `high` at `y` as one curve parted by NaN in y, shape (3 n,)."""
    x = np.stack([low, high, high], axis=1).ravel()
    return x, np.stack([y, y, np.full(len(y), np.nan)], axis=1).ravel()


def verticals(x: Iterable[float], low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """Return vertical lines from `low` to `high` as one curve parted by NaN."""
    x = np.unique(np.asarray(tuple(x), dtype=float))
    return error_bars(x, np.full(x.size, low), np.full(x.size, high))


def log_scale(low: float, high: float) -> bq.LogScale:
    """Return a logarithmic scale that ends at its ends."""
    return bq.LogScale(min=low, max=high, allow_padding=False)


def linear_scale(low: float, high: float) -> bq.LinearScale:
    """Return a linear scale that ends at its ends."""
    return bq.LinearScale(min=low, max=high, allow_padding=False)


def axis(
    scale: Any, label: str, *, side: str = "bottom", offset: str | None = None, **options: Any
) -> bq.Axis:
    """Return an axis in the style of the page."""
    vertical = side == "left"
    if isinstance(scale, bq.LogScale):
        # From the start, with a format to fall back on: a page that is just being built may miss a change.
        values, labels = log_ticks(scale.min, scale.max)
        options = {"tick_values": np.array(values), "tick_labels": labels, "tick_format": "~g", **options}
    options.setdefault("tick_style", {"font-size": "11px"})
    return bq.Axis(
        scale=scale,
        label=label,
        side=side,
        grid_lines="none",
        label_offset=offset or ("46px" if vertical else "30px"),
        **options,
    )


def set_log_range(target: bq.Axis, low: float, high: float) -> None:
    """Give a log axis its range and its ticks; nothing is sent where nothing changed."""
    values, labels = log_ticks(low, high)
    set_range(target, low, high, np.array(values), labels)


def set_range(
    target: bq.Axis, low: float, high: float, ticks: np.ndarray, labels: dict[str, str] | None = None
) -> None:
    """Give an axis its range and its ticks; nothing is sent where nothing changed.

    Axes may share a scale: each has its own ticks.
    """
    scale = target.scale
    if labels is None:
        labels = plain_labels(ticks)  # the browser would round them as it rounded those of before
    if not (_same(target.tick_values, ticks) and target.tick_labels == labels):
        # Labels first, in a message of their own: within one message the order is chance, and new values
        # are drawn, for good, with the labels that the browser has at that moment.
        target.tick_labels = labels
        target.tick_values = ticks
    if scale.min != low or scale.max != high:
        with scale.hold_sync():
            scale.min, scale.max = low, high


def figure(marks: list[Any], axes: list[bq.Axis], *, margin: dict[str, int], **options: Any) -> bq.Figure:
    """Return a bare figure: no toolbar, no animation; its place and the style sheet give its size."""
    return bq.Figure(
        marks=marks,
        axes=axes,
        fig_margin=margin,
        display_toolbar=False,
        animation_duration=0,
        padding_y=0,
        layout=w.Layout(min_width="0"),
        **options,
    )


def _same(old: Any, new: Any) -> bool:
    if old is None or new is None:
        return old is new
    if isinstance(old, np.ndarray) or isinstance(new, np.ndarray):
        old, new = np.asarray(old), np.asarray(new)
        if old.shape != new.shape:
            return False
        return bool(np.array_equal(old, new, equal_nan=old.dtype.kind == "f" and new.dtype.kind == "f"))
    return bool(old == new)
