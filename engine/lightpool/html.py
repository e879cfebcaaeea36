"""Results as HTML tables for notebooks; every text is escaped."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any


def table(
    head: Sequence[str], rows: Iterable[Sequence[Any]], *, caption: str = "", notes: Iterable[str] = ()
) -> str:
    """Return an HTML table; cells are escaped, the first column is a heading."""
    out = ["<table class='lightpool-table'>"]
    if caption:
        out.append(f"<caption>{escape(caption)}</caption>")
    out.append(
        "<thead><tr>" + "".join(f"<th scope='col'>{escape(h)}</th>" for h in head) + "</tr></thead><tbody>"
    )
    for first, *rest in rows:
        cells = "".join(f"<td style='text-align:right'>{escape(str(cell))}</td>" for cell in rest)
        out.append(f"<tr><th scope='row' style='text-align:left'>{escape(str(first))}</th>{cells}</tr>")
    out.append("</tbody></table>")
    out += [f"<p>{escape(note)}</p>" for note in notes]
    return "".join(out)


def with_error(value: float, error: float) -> tuple[str, str]:
    """Return value and error as text, the error with two digits and the value to the same place.

    Examples
    --------
    >>> with_error(4.79134e-11, 3.6e-12)
    ('4.79e-11', '3.6e-12')
    >>> with_error(2.27266, 0.1566)
    ('2.27', '0.16')
    """
    if not (math.isfinite(error) and error > 0):
        return f"{value:.5g}", ""
    place = math.floor(math.log10(error)) - 1
    if value and not 1e-4 <= abs(value) < 1e6:
        digits = max(math.floor(math.log10(abs(value))) - place, 0)
        return f"{value:.{digits}e}", f"{error:.1e}"
    decimals = max(-place, 0)
    return f"{value:.{decimals}f}", f"{error:.{decimals}f}"
