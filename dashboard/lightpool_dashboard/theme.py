"""Colours that read on a light and on a dark page, and the style sheet that uses them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np

#: Backgrounds of a panel in the two themes; style.css says the same.
LIGHT, DARK = "#ffffff", "#171c24"

#: Mid-tones of the Okabe-Ito hues: at least 3:1 on both backgrounds, told apart by colour-blind eyes.
BLUE, VERMILION, GREEN = "#2f7fc1", "#d0562b", "#15936b"
PURPLE, AMBER, CYAN, GREY = "#a866b0", "#b07a10", "#2e90b5", "#7c8797"

COUNTS, BACKGROUND, MODEL, REFERENCE, THRESHOLD = BLUE, GREY, VERMILION, PURPLE, AMBER
POINTS, LIMITS, SPAN = BLUE, BLUE, GREEN
FIT_RANGE = CYAN
PAGE_COLOURS = (BLUE, VERMILION, GREEN, PURPLE, AMBER, CYAN, GREY)

#: From early to late, at least 3:1 on both backgrounds; numbers say the same.
TIME_STOPS = ("#3f6fd8", "#15936b", "#b07a10", "#d0562b")

#: The sky keeps its own night in both themes, so what is drawn on it is pale.
SKY_STOPS = ("#0b1020", "#1d2350", "#51307d", "#96407f", "#d4654f", "#f0a345")
#: For values with a sign: cold below zero, night at zero, warm above.
SIGNED_STOPS = ("#9fd0ff", "#2f63b8", "#0b1020", "#a8405f", "#f0a345")
ON_CIRCLE, EXCLUDED, REJECTED = "#ffffff", "#ffd84d", "#a9b4c4"
CONTOUR, RING = "#d9f99d", "#8af0ea"
RUNS = ("#7cc8ff", "#8ee6a5", "#ffb3d9", "#ffe08a", "#c9b6ff", "#8af0ea")
SKY_COLOURS = (ON_CIRCLE, EXCLUDED, REJECTED, CONTOUR, RING, *RUNS)

#: A symbol for each run beside its colour: nothing is told by colour alone.
RUN_MARKERS = ("circle", "square", "diamond", "triangle-up", "cross", "triangle-down")


def run_style(k: int) -> tuple[str, str]:
    """Return marker and colour of the run in row `k`; both repeat together when there are many runs."""
    return RUN_MARKERS[k % len(RUNS)], RUNS[k % len(RUNS)]


@cache
def style_sheet() -> str:
    """Return the text of style.css."""
    return files("lightpool_dashboard").joinpath("style.css").read_text(encoding="utf-8")


@cache
def plot_style_sheet() -> str:
    """Return the page's own rules for a figure that stands alone, under the root ``lp-plot``.

    JupyterLab says whether it is dark; elsewhere the browser does.
    """
    lab, plain = 'body[data-jp-theme-light="false"] .lp-plot', "body:not([data-jp-theme-light]) .lp-plot"
    rules = style_sheet().replace(".lp-dashboard", ".lp-plot")
    rules = rules.replace(".lp-plot.lp-dark {", f":is(.lp-plot.lp-dark, {lab}) {{")
    rules = rules.replace(".lp-plot:not(.lp-light)", f"{plain}:not(.lp-light)")
    alone = "max-width: 640px; padding: 0; background: none; --lp-figure: 330px; --lp-page: transparent;"
    return rules + f"\n:is(.lp-plot, {lab}, {plain}) {{ {alone} }}\n"


def rgb(colour: str) -> tuple[int, int, int]:
    """Return red, green, blue (0 to 255) of ``#rrggbb``."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21.

    WCAG 2.1, definition of contrast ratio.

    Examples
    --------
    >>> round(contrast("#000000", "#ffffff"), 1)
    21.0
    """
    bright, dim = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def colour_map(stops: tuple[str, ...] = SKY_STOPS, n: int = 256) -> np.ndarray:
    """Return a colour table that runs evenly through the stops, shape (n, 3), uint8."""
    at = np.linspace(0, 1, n)
    nodes = np.linspace(0, 1, len(stops))
    table = np.array([rgb(stop) for stop in stops], dtype=float)
    columns = [np.interp(at, nodes, table[:, channel]) for channel in range(3)]
    return np.rint(np.stack(columns, axis=1)).astype(np.uint8)


def _luminance(colour: str) -> float:
    channels = np.array(rgb(colour)) / 255
    linear = np.where(channels <= 0.03928, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])
