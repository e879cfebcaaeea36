"""HTML for captions, legends and tables; all text is escaped here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

#: Symbols of a legend, drawn in a box of 22 x 12.
_SYMBOLS = {
    "line": '<path d="M1 6H21" {stroke}/>',
    "thin": '<path d="M1 6H21" stroke="{c}" stroke-width="1" opacity=".6"/>',
    "dashed": '<path d="M1 6H21" stroke-dasharray="5 3" {stroke}/>',
    "dotted": '<path d="M1 6H21" stroke-dasharray="2 3" {stroke}/>',
    "band": '<rect x="1" y="2" width="20" height="8" fill="{c}" opacity=".35"/><path d="M1 6H21" {stroke}/>',
    "point": '<path d="M11 0V12" {stroke}/><circle cx="11" cy="6" r="3" fill="{c}"/>',
    "square": '<path d="M11 0V12" {stroke}/><rect x="8" y="3" width="6" height="6" fill="{c}"/>',
    "limit": '<path d="M6 2H16M11 2V6" {stroke}/><path d="M7 6H15L11 12Z" fill="{c}"/>',
    "circle": '<circle cx="11" cy="6" r="4.5" fill="none" {stroke}/>',
    "circle-dashed": '<circle cx="11" cy="6" r="4.5" fill="none" stroke-dasharray="3 2" {stroke}/>',
    "circle-dotted": '<circle cx="11" cy="6" r="4.5" fill="none" stroke-dasharray="1 2" {stroke}/>',
    "cross": '<path d="M7 2L15 10M15 2L7 10" {stroke}/>',
    "plus": '<path d="M11 1V11M6 6H16" {stroke}/>',
    "tab": '<path d="M6 2H16L11 10Z" fill="{c}"/>',
    "shade": '<rect x="1" y="1" width="20" height="10" fill="{c}" opacity=".25"/>',
}
_PLOT_MARKERS = {
    "circle": '<circle cx="6" cy="6" r="4" fill="{c}"/>',
    "square": '<rect x="2" y="2" width="8" height="8" fill="{c}"/>',
    "diamond": '<path d="M6 1L10 6L6 11L2 6Z" fill="{c}"/>',
    "triangle-up": '<path d="M6 1.5L11 10.5H1Z" fill="{c}"/>',
    "triangle-down": '<path d="M6 10.5L11 1.5H1Z" fill="{c}"/>',
    "cross": '<path d="M4.5 1h3v3.5H11v3H7.5V11h-3V7.5H1v-3h3.5Z" fill="{c}"/>',
}


class Picture(str):
    """Markup of ours that goes into a cell as it is; whoever makes one has escaped what came from outside."""


def legend_item(symbol: str, colour: str, text: str, *, night: bool = False) -> str:
    """Return one entry of a legend; `night` puts the symbol on the dark of the sky."""
    sign = _sign(symbol, colour, night=night) if symbol else ""
    return f'<span class="lp-key">{sign}{escape(text)}</span>'


def legend_ramp(text: str) -> str:
    """Return the entry for the colours of the sky."""
    return f'<span class="lp-key"><span class="lp-ramp" aria-hidden="true"></span>{escape(text)}</span>'


def run_cell(marker: str, colour: str, text: str) -> Picture:
    """Return a table cell with the marker that a run has on the sky, and its number."""
    drawing = _PLOT_MARKERS[marker].format(c=colour)
    return Picture(
        f'<svg class="lp-night" width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">{drawing}</svg>'
        f"{escape(text)}"
    )


def hint(sentence: str) -> str:
    """Return a sentence that says what to do, or what will be here."""
    return f'<p class="lp-hint-text">{escape(sentence)}</p>'


def words(sentence: str, symbol: str = "", colour: str = "") -> str:
    """Return a result in words, with the symbol it has on the plot."""
    sign = _sign(symbol, colour) if symbol else ""
    return f'<p class="lp-words">{sign}{escape(sentence)}</p>'


def bar_cell(share: float, text: str) -> Picture:
    """Return a table cell with a bar behind its text, `share` (0 to 1) of the cell long."""
    return Picture(f'<span class="lp-bar" style="--lp-share:{share:.1%}">{escape(text)}</span>')


def shaded_cell(value: float, text: str) -> Picture:
    """Return a table cell shaded by a value from -1 to 1, one colour for each sign."""
    strength = min(abs(value), 1.0) if math.isfinite(value) else 0.0
    sign = "lp-minus" if value < 0 else "lp-plus"
    return Picture(f'<span class="lp-shade {sign}" style="--lp-share:{strength:.0%}">{escape(text)}</span>')


def legend(items: Iterable[str]) -> str:
    """Return entries side by side."""
    return f'<div class="lp-legend">{"".join(items)}</div>'


def heading(title: str, note: str = "") -> str:
    """Return the heading of a view."""
    aside = f'<span class="lp-note">{escape(note)}</span>' if note else ""
    return f"<h2>{escape(title)}{aside}</h2>"


def table(
    head: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]], *, caption: str, foot: Sequence[str] = ()
) -> str:
    """Return a table.

    Parameters
    ----------
    head : sequence of (str, str)
        Title and unit of each column.
    rows : iterable of sequence of str
        Text, escaped here, or a `Picture`.
    caption : str
        For screen readers.
    foot : sequence of str
        Cells of a last row set apart.
    """
    titles = "".join(
        f'<th scope="col">{escape(title)}{f"<small>{escape(unit)}</small>" if unit else ""}</th>'
        for title, unit in head
    )
    body = "".join(f"<tr>{_cells(row)}</tr>" for row in rows)
    last = f"<tfoot><tr>{_cells(foot)}</tr></tfoot>" if foot else ""
    return (
        f'<table class="lp-table"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{titles}</tr></thead><tbody>{body}</tbody>{last}</table>"
    )


def _sign(symbol: str, colour: str, *, night: bool = False) -> str:
    stroke = f'stroke="{colour}" stroke-width="1.8"'
    drawing = _SYMBOLS[symbol].format(c=colour, stroke=stroke)
    kind = ' class="lp-night"' if night else ""
    return f'<svg{kind} width="22" height="12" viewBox="0 0 22 12" aria-hidden="true">{drawing}</svg>'


def _cells(row: Sequence[str]) -> str:
    first, *rest = row
    return f'<th scope="row">{_cell(first)}</th>' + "".join(f"<td>{_cell(cell)}</td>" for cell in rest)


def _cell(text: str) -> str:
    return text if isinstance(text, Picture) else escape(text)
