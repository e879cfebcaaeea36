"""How values become colours on a map, and the bar that says so."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

import numpy as np

from lightpool.plot_data import MapImage
from lightpool_dashboard import marks, theme
from lightpool_dashboard.ticks import linear_ticks

#: Colours are linear below this share of the range and crowd above: noise is seen beside a source.
_SOFT = 0.12


@dataclass(frozen=True)
class Stretch:
    """The way from values to colours: inverse hyperbolic sine, even about zero where values have a sign.

    Parameters
    ----------
    low, high : float
        Values at the ends of the colours.
    soft : float
        Where the stretch turns from linear to logarithmic.
    stops : tuple of str
        Colours, evenly spaced.
    """

    low: float
    high: float
    soft: float
    stops: tuple[str, ...]

    @classmethod
    def of(cls, image: MapImage) -> Stretch:
        """Return the stretch for an image."""
        stops = theme.SIGNED_STOPS if image.is_signed else theme.SKY_STOPS
        return cls(image.low, image.high, _SOFT * (image.high - image.low), stops)

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Return where values lie among the colours, 0 to 1."""
        ends = np.arcsinh(np.array([self.low, self.high]) / self.soft)
        return np.clip((np.arcsinh(values / self.soft) - ends[0]) / (ends[1] - ends[0]), 0, 1)


def map_png(values: np.ndarray, stretch: Stretch) -> bytes:
    """Return a map as PNG; NaN is transparent.

    Parameters
    ----------
    values : ndarray, shape (ny, nx)
        The first row is the lowest one on the plot.
    stretch : Stretch
    """
    return marks.palette_png(stretch(values), theme.colour_map(stretch.stops, 255))


def colour_bar(stretch: Stretch, label: str) -> str:
    """Return the colours with some of their values under them, as HTML."""
    ticks = [t for t in linear_ticks(stretch.low, stretch.high, 4) if stretch.low <= t <= stretch.high]
    at = stretch(np.array(ticks))
    parts, last = [], -math.inf
    for tick, where in sorted(zip(ticks, at, strict=True), key=lambda pair: pair[1]):
        if where - last < 0.14:
            continue
        last = where
        text = f"{tick:.4g}".replace("-", "−")
        parts.append(f'<span style="left:{100 * where:.1f}%">{escape(text)}</span>')
    colours = ", ".join(stretch.stops)
    return (
        f'<figure class="lp-colour-bar"><figcaption>{escape(label)}</figcaption>'
        f'<div class="lp-colours" style="background:linear-gradient(90deg, {colours})"></div>'
        f'<div class="lp-colour-ticks">{"".join(parts)}</div></figure>'
    )
