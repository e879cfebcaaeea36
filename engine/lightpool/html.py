"""Results as HTML tables for notebooks, light or dark; every text is escaped."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

_NUMBER = re.compile(r"[<>]?\s*[+-]?\.?\d[\d.]*(e[+-]?\d+)?\b[^a-zA-Z,]*$")
_WORDS = ("", "nan", "inf", "frozen")  # what may stand among numbers
# Notebooks draw tables small and in the middle. No colour is named, so that every theme has its own.
_TABLE = "margin:0 0 .6em;width:auto"
_CAPTION = "padding:0 0 .4em;font-size:13px"
_FACTS = "opacity:.75"


def table(
    head: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    caption: str = "",
    facts: str = "",
    notes: Iterable[str] = (),
    limit: int | None = None,
) -> str:
    """Return an HTML table; the first column is a heading, columns of numbers stand to the right.

    Parameters
    ----------
    head : sequence of str
        Column headings; without any there is no heading row.
    rows : iterable of sequences
        Cells, shown by `str` and escaped.
    caption : str
        Above the table: what it is, in bold up to a colon.
    facts : str
        A quieter line below that.
    notes : iterable of str
        Sentences below the table.
    limit : int, optional
        Rows beyond so many are counted instead of shown.

    Examples
    --------
    >>> "text-align:right" in table(["run", "events"], [("23523", "7613")])
    True
    """
    cells = [[str(cell) for cell in row] for row in rows]
    out = [f"<div style='{_CAPTION}'>{_caption(caption, facts)}</div>"] if caption or facts else []
    if any(head) or cells:
        out += _grid(head, cells, caption, limit)
    out += [f"<p>{escape(note)}</p>" for note in notes]
    return "".join(out)


def details(summary: str, content: str) -> str:
    """Return HTML that is shown when its summary is clicked."""
    return f"<details><summary>{escape(summary)}</summary>{content}</details>"


def parameter_table(parameters: Iterable[Any], **texts: Any) -> str:
    """Return an HTML table of model parameters; limits, priors and links are told where there are any.

    Parameters
    ----------
    parameters : iterable of Parameter
    **texts
        As for `table`.
    """
    rows, remarks = [], False
    for p in parameters:
        value, error = with_error(p.value, p.error)
        remark = _remark(p)
        remarks |= bool(remark)
        rows.append((p.name, value, "frozen" if p.frozen else error, p.unit, remark))
    head = ("parameter", "value", "error", "unit", "")
    width = 5 if remarks else 4
    return table(head[:width], [row[:width] for row in rows], **texts)


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


def _grid(head: Sequence[str], cells: list[list[str]], label: str, limit: int | None) -> list[str]:
    aligned = [
        "right" if all(_is_number(cell) for cell in column) else "left" for column in zip(*cells, strict=True)
    ] or ["left"] * len(head)
    aligned[:1] = ["left"]
    more = len(cells) - limit if limit is not None and len(cells) > limit else 0
    out = [f"<table class='lightpool-table' aria-label='{escape(label)}' style='{_TABLE}'>"]
    if any(head):
        titles = zip(head, aligned, strict=True)
        out.append("<thead><tr>")
        out += [f"<th scope='col' style='text-align:{side}'>{escape(text)}</th>" for text, side in titles]
        out.append("</tr></thead>")
    out.append("<tbody>")
    for first, *rest in cells[: len(cells) - more]:
        out.append(f"<tr><th scope='row' style='text-align:left'>{escape(first)}</th>")
        sides = zip(rest, aligned[1:], strict=True)
        out += [f"<td style='text-align:{side}'>{escape(cell)}</td>" for cell, side in sides]
        out.append("</tr>")
    if more:
        out.append(f"<tr><td colspan='{len(cells[0])}' style='text-align:left'>and {more} more</td></tr>")
    out.append("</tbody></table>")
    return out


def _caption(caption: str, facts: str) -> str:
    name, colon, rest = caption.partition(":")
    text = f"<b>{escape(name + colon)}</b>{escape(rest)}"
    return text + (f"<br><span style='{_FACTS}'>{escape(facts)}</span>" if facts else "")


def _is_number(cell: str) -> bool:
    return cell in _WORDS or _NUMBER.match(cell) is not None


def _remark(p: Any) -> str:
    out = []
    if math.isfinite(p.min) or math.isfinite(p.max):
        out.append(f"{p.min:g} to {p.max:g}")
    if p.prior is not None:
        out.append(f"prior {p.prior}")
    if p.link:
        out.append("linked")
    return ", ".join(out)
