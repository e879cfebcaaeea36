"""What the run table says of a run, column by column."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from lightpool.plot_data import RunRow


@dataclass(frozen=True)
class Line:
    """A run as the table shows it; `row` is None for one that takes no part.

    Parameters
    ----------
    obs_id : int
    place : int or None
        Among the runs that take part: decides mark and colour.
    livetime : float, s
    offset, zenith : float, deg
    row : RunRow or None
    """

    obs_id: int
    place: int | None
    livetime: float
    offset: float
    zenith: float
    row: RunRow | None


@dataclass(frozen=True)
class Column:
    """A column: its title, its unit, what it sorts by and what it shows."""

    title: str
    unit: str
    value: Callable[[Line], float]
    spec: str

    def text(self, line: Line) -> str:
        """Return what a run has here; nothing where it takes no part."""
        return number(self.value(line), self.spec) if line.row or self.title in _KNOWN else ""


def _of_row(name: str) -> Callable[[Line], float]:
    return lambda line: getattr(line.row, name) if line.row else math.nan


#: Columns that the index of the store fills, for runs that take no part too.
_KNOWN = ("Livetime", "Offset", "Zenith")
COLUMNS = (
    Column("Run", "", lambda line: line.obs_id, "d"),
    Column("Livetime", "min", lambda line: line.livetime / 60, ".1f"),
    Column("Offset", "deg", lambda line: line.offset, ".2f"),
    Column("Zenith", "deg", lambda line: line.zenith, ".0f"),
    Column("n OFF", "", _of_row("n_off_regions"), "d"),
    Column("ON", "", _of_row("n_on"), "d"),
    Column("OFF", "", _of_row("n_off"), "d"),
    Column("α", "", _of_row("alpha"), ".4f"),
    Column("Excess", "", _of_row("excess"), ".1f"),
    Column("Signif.", "σ", _of_row("sqrt_ts"), ".1f"),
)


def number(value: float, spec: str) -> str:
    """Return a number as text; a word where there is none."""
    return format(int(value) if spec == "d" else value, spec) if math.isfinite(value) else "none"
