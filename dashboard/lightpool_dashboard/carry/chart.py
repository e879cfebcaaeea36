"""A chart as SVG text, for a page that must do without a plotting library and without scripts."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape

import numpy as np

from lightpool_dashboard.ticks import linear_ticks, log_ticks

INK, SOFT = "#1c2430", "#8a94a3"
_LEFT, _TOP, _BOTTOM, _RIGHT = 66, 12, 46, 14


@dataclass(frozen=True)
class Axis:
    """One axis.

    Parameters
    ----------
    low, high : float
        Its ends; `low` may be the larger one, as right ascension grows to the left.
    label : str
        With the unit.
    log : bool
    named : tuple of (float, str)
        Ticks of its own, instead of round numbers.
    """

    low: float
    high: float
    label: str
    log: bool = False
    named: tuple[tuple[float, str], ...] = ()

    def share(self, values: np.ndarray) -> np.ndarray:
        """Return where values lie, 0 at the low end and 1 at the high one; NaN where they cannot."""
        values = np.asarray(values, dtype=float)
        if not self.log:
            return (values - self.low) / (self.high - self.low)
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.where(values > 0, np.log(np.where(values > 0, values, 1.0)), np.nan)
        return (logs - math.log(self.low)) / (math.log(self.high) - math.log(self.low))

    def ticks(self) -> list[tuple[float, str]]:
        """Return tick values with what they say, which may be nothing."""
        if self.named:
            return list(self.named)
        if self.log:
            values, labels = log_ticks(self.low, self.high)
            return list(zip(values, labels.values(), strict=True))
        low, high = sorted((self.low, self.high))
        return [(float(v), f"{v:.10g}".replace("-", "−")) for v in linear_ticks(low, high)]


@dataclass(eq=False)
class Chart:
    """A plot area with two axes, and what is drawn on it in the order in which it is asked for.

    Parameters
    ----------
    x, y : Axis
    width, height : int
        Of the plot area, in CSS pixels; labels come on top.
    ground : str
        Colour behind the plot area.
    """

    x: Axis
    y: Axis
    width: int = 420
    height: int = 270
    ground: str = "none"
    _drawn: list[str] = field(default_factory=list)

    def line(self, x: np.ndarray, y: np.ndarray, colour: str, *, thick: float = 1.6, dash: str = "") -> None:
        """Draw a curve; NaN part it."""
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self._draw(
            f'<path d="{self._path(x, y)}" fill="none" stroke="{colour}" stroke-width="{thick}"{dashes}/>'
        )

    def steps(self, edges: np.ndarray, values: np.ndarray, colour: str, *, dash: str = "") -> None:
        """Draw a histogram; what cannot stand on the axis rests on its low end."""
        floor = min(self.y.low, self.y.high)
        inner = np.repeat(np.maximum(np.nan_to_num(values, nan=floor), floor), 2)
        self.line(np.repeat(edges, 2), np.concatenate([[floor], inner, [floor]]), colour, dash=dash)

    def band(self, x: np.ndarray, low: np.ndarray, high: np.ndarray, colour: str) -> None:
        """Fill between two curves."""
        outline = self._path(np.concatenate([x, x[::-1]]), np.concatenate([low, high[::-1]]))
        self._draw(f'<path d="{outline}Z" fill="{colour}" fill-opacity=".22"/>')

    def points(
        self,
        x: np.ndarray,
        y: np.ndarray,
        colour: str,
        *,
        y_error: tuple[np.ndarray, np.ndarray] | None = None,
        x_error: tuple[np.ndarray, np.ndarray] | None = None,
    ) -> None:
        """Draw markers with bars from the first to the second end of their errors."""
        floor = min(self.y.low, self.y.high)
        if y_error is not None:
            for at, low, high in zip(x, *y_error, strict=True):
                self.line(np.array([at, at]), np.array([max(low, floor), high]), colour, thick=1.3)
        if x_error is not None:
            for at, low, high in zip(y, *x_error, strict=True):
                self.line(np.array([low, high]), np.array([at, at]), colour, thick=1.3)
        for left, top in self._at(x, y):
            self._draw(f'<circle cx="{left:.1f}" cy="{top:.1f}" r="3.2" fill="{colour}"/>')

    def limits(
        self, x: np.ndarray, y: np.ndarray, x_error: tuple[np.ndarray, np.ndarray], colour: str
    ) -> None:
        """Draw upper limits: a bar with an arrow."""
        for at, low, high in zip(y, *x_error, strict=True):
            self.line(np.array([low, high]), np.array([at, at]), colour)
        for left, top in self._at(x, y):
            arrow = f"M{left:.1f} {top:.1f}v11m-4 0h8l-4 8z"
            self._draw(f'<path d="{arrow}" fill="{colour}" stroke="{colour}" stroke-width="1.3"/>')

    def image(self, png: bytes, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Draw a picture between two corners."""
        (left, top), (right, bottom) = self._at(np.array(x), np.array(y[::-1]))
        data = b64encode(png).decode()
        mirror = f'transform="translate({left:.1f} 0) scale(-1 1)"' if right < left else f'x="{left:.1f}"'
        self._draw(
            f'<image {mirror} y="{top:.1f}" width="{abs(right - left):.1f}" height="{bottom - top:.1f}" '
            'preserveAspectRatio="none" style="image-rendering:pixelated" '
            f'href="data:image/png;base64,{data}"/>'
        )

    def svg(self, title: str, number: int) -> str:
        """Return the chart.

        Parameters
        ----------
        title : str
            What a screen reader says of it.
        number : int
            Of its own among the charts of a page.
        """
        w, h = self.width, self.height
        whole = f"{-_LEFT} {-_TOP} {_LEFT + w + _RIGHT} {_TOP + h + _BOTTOM}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{whole}" width="{_LEFT + w + _RIGHT}" '
            f'role="img" font-family="system-ui, sans-serif" font-size="11"><title>{escape(title)}</title>'
            f'<clipPath id="area{number}"><rect width="{w}" height="{h}"/></clipPath>'
            f'<rect width="{w}" height="{h}" fill="{self.ground}"/>'
            f'<g clip-path="url(#area{number})">{"".join(self._drawn)}</g>{"".join(self._frame())}</svg>'
        )

    def _frame(self) -> Iterable[str]:
        w, h = self.width, self.height
        yield f'<rect width="{w}" height="{h}" fill="none" stroke="{SOFT}"/>'
        for value, text in self.x.ticks():
            at = float(self.x.share(np.array(value))) * w
            yield f'<path d="M{at:.1f} {h}v{-6 if text else -3}" stroke="{SOFT}"/>'
            yield f'<text x="{at:.1f}" y="{h + 15}" text-anchor="middle" fill="{INK}">{escape(text)}</text>'
        for value, text in self.y.ticks():
            at = (1 - float(self.y.share(np.array(value)))) * h
            yield f'<path d="M0 {at:.1f}h{6 if text else 3}" stroke="{SOFT}"/>'
            yield f'<text x="-6" y="{at + 4:.1f}" text-anchor="end" fill="{INK}">{text}</text>'
        yield f'<text x="{w / 2}" y="{h + 36}" text-anchor="middle" font-size="12" fill="{INK}">'
        yield f"{escape(self.x.label)}</text>"
        yield f'<text transform="translate(-48 {h / 2}) rotate(-90)" text-anchor="middle" font-size="12" '
        yield f'fill="{INK}">{escape(self.y.label)}</text>'

    def _at(self, x: np.ndarray, y: np.ndarray) -> list[tuple[float, float]]:
        left, top = self.x.share(x) * self.width, (1 - self.y.share(y)) * self.height
        return [(float(a), float(b)) for a, b in zip(left, top, strict=True) if math.isfinite(a + b)]

    def _path(self, x: np.ndarray, y: np.ndarray) -> str:
        left, top = self.x.share(x) * self.width, (1 - self.y.share(y)) * self.height
        out, pen = [], "M"
        for a, b in zip(left, top, strict=True):
            if not math.isfinite(a + b):
                pen = "M"
                continue
            # Far outside, a renderer may lose its way.
            out.append(f"{pen}{np.clip(a, -1e4, 1e4):.1f} {np.clip(b, -1e4, 1e4):.1f}")
            pen = "L"
        return "".join(out)

    def _draw(self, element: str) -> None:
        self._drawn.append(element)
