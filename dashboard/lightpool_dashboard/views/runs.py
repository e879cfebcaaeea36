"""The runs: what each one contributes, and a check box that leaves it out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import ipywidgets as w

from lightpool.analysis import Outcome
from lightpool.plot_data import RunRow, Summary, run_table
from lightpool.sky import separation
from lightpool_dashboard import theme
from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.maker import Maker
from lightpool_dashboard.views import html
from lightpool_dashboard.views.run_columns import COLUMNS, Line, number
from lightpool_dashboard.views.run_ranges import RunRanges

#: Rows that have a check box of their own; a longer list is turned over page by page.
PAGE = 50


class RunsView:
    """A table with one row a run, with the mark that the run has on the sky, and the total.

    The numbers are one text; the check boxes beside them are made once and then reused, so that a change
    of all numbers costs one message.

    Parameters
    ----------
    maker : Maker
    """

    def __init__(self, maker: Maker) -> None:
        self._maker, self._state = maker, maker.state
        self._rows: dict[int, RunRow] = {}
        self._total: Summary | None = None
        self._lines: tuple[Line, ...] = ()
        self._column, self._falling, self._page = 0, False, 0
        guard = guarded(maker.state)
        self.title = w.HTML(html.heading("Runs", "inside the safe energy range"))
        self.all = self._maker.button("All", lambda: self._choose(()), tooltip="Let every run take part")
        self.none = self._maker.button("None", self._choose_none, tooltip="Leave every run out")
        self.invert = self._maker.button(
            "Invert", self._invert, tooltip="Swap the runs that take part and the others"
        )
        self.earlier = self._maker.button("‹", lambda: self._turn(-1), tooltip="Earlier rows")
        self.later = self._maker.button("›", lambda: self._turn(1), tooltip="Later rows")
        self.pages = w.HTML(layout=maker.layout)
        self.paging = maker.row(self.earlier, self.pages, self.later, classes="lp-row lp-gone")
        self.ranges = RunRanges(maker, self._choose_range)
        buttons = self.all, self.none, self.invert, self.ranges.hint, self.ranges.field, self.paging
        self.tools = maker.row(*buttons, classes="lp-row lp-runs-tools")
        self.heads = [self._maker.button(column.title, self._sorter(k)) for k, column in enumerate(COLUMNS)]
        self.checks: list[w.Checkbox] = []
        self.table = w.HTML(layout=maker.layout)
        self.column = maker.column(classes="lp-runs-checks")
        head = maker.row(*self.heads, classes="lp-runs-head")
        body = maker.row(self.column, self.table, classes="lp-runs-body")
        self.box = w.VBox(
            [self.title, self.tools, maker.column(head, body, classes="lp-scroll lp-runs")],
        )
        self.box.add_class("lp-view").add_class("lp-view-runs")
        self._name_heads()
        maker.state.observe(guard(self._other_runs), names=["entry", "left_out"])

    def update(self, outcome: Outcome) -> None:
        """Show an outcome."""
        table = run_table(outcome.cube)
        self._rows, self._total = {row.obs_id: row for row in table.rows}, table.total
        self._show()

    def _other_runs(self, change: Any) -> None:
        if change.name == "entry":
            self._page = 0
        self._show()

    # -- what is shown ------------------------------------------------------------------------

    def _all_lines(self) -> list[Line]:
        """Return a line for each run of the target, in the order of the store."""
        state, entry = self._state, self._state.entry
        places = {obs_id: k for k, obs_id in enumerate(self._rows)}
        if entry is None or not set(entry.obs_ids) >= set(self._rows):
            # Nothing is known beside the outcome, or it is still that of another target.
            return [
                Line(k, places[k], row.livetime, row.offset, math.nan, row) for k, row in self._rows.items()
            ]
        position = state.position or entry.position
        offset = separation(entry.lon, entry.lat, *position)
        lines = []
        for k, obs_id in enumerate(entry.obs_ids):
            row = self._rows.get(obs_id) if obs_id not in state.left_out else None
            livetime = row.livetime if row else float(entry.livetime[k])
            away, zenith = float(offset[k]), float(entry.zenith[k])
            lines.append(Line(obs_id, places.get(obs_id), livetime, away, zenith, row))
        return lines

    def _sorted(self) -> list[Line]:
        value = COLUMNS[self._column].value
        lines = self._all_lines()
        known = [line for line in lines if math.isfinite(value(line))]
        known.sort(key=value, reverse=self._falling)
        return known + [line for line in lines if not math.isfinite(value(line))]

    def _show(self) -> None:
        lines = self._sorted()
        n_pages = max(math.ceil(len(lines) / PAGE), 1)
        self._page = min(self._page, n_pages - 1)
        page = lines[self._page * PAGE : (self._page + 1) * PAGE]
        self._lines = tuple(page)
        self._show_checks(page)
        most = max((line.row.excess for line in lines if line.row), default=0.0)
        cells = [self._cells(line, most) for line in page]
        head = [(column.title, column.unit) for column in COLUMNS]
        self.table.value = html.table(head, cells, caption="Runs", foot=self._foot(lines))
        self.pages.value = f"<span>{self._page + 1} of {n_pages}</span>"
        if n_pages > 1:
            self.paging.remove_class("lp-gone")
        else:
            self.paging.add_class("lp-gone")
        taking_part = sum(line.row is not None for line in lines)
        left_out = f", {len(lines) - taking_part} left out" if taking_part < len(lines) else ""
        note = f"{taking_part} take part{left_out}; inside the safe energy range"
        self.title.value = html.heading("Runs", note)

    def _show_checks(self, page: list[Line]) -> None:
        missing = len(page) - len(self.checks)
        if missing > 0:
            self.checks += [self._check() for _ in range(missing)]
            self.column.children = self.checks
        for k, check in enumerate(self.checks):
            if k < len(page):
                check.description = f"Run {page[k].obs_id}"
                check.value = page[k].obs_id not in self._state.left_out
                check.remove_class("lp-gone")
            else:
                check.add_class("lp-gone")

    def _cells(self, line: Line, most: float) -> list[str]:
        first = (
            html.run_cell(*theme.run_style(line.place), str(line.obs_id))
            if line.place is not None and line.row
            else str(line.obs_id)
        )
        cells = [first]
        for column in COLUMNS[1:]:
            text = column.text(line)
            if column.title == "Excess" and line.row and most > 0 and line.row.excess > 0:
                text = html.bar_cell(line.row.excess / most, text)
            cells.append(text)
        return cells

    def _foot(self, lines: Iterable[Line]) -> list[str]:
        total = self._total
        if total is None:
            return []
        minutes = total.livetime / 60
        regions = sum(line.row.n_off_regions for line in lines if line.row)
        numbers = (
            minutes,
            math.nan,
            math.nan,
            regions,
            total.n_on,
            total.n_off,
            total.alpha,
            total.excess,
            total.sqrt_ts,
        )
        texts = [
            number(value, column.spec) if math.isfinite(value) else ""
            for value, column in zip(numbers, COLUMNS[1:], strict=True)
        ]
        return ["All", *texts]

    # -- what is chosen -----------------------------------------------------------------------

    def _check(self) -> w.Checkbox:
        check = self._maker.check("")
        check.observe(guarded(self._state)(self._ticked), names="value")
        return check

    def _ticked(self, change: Any) -> None:
        obs_id = self._lines[self.checks.index(change.owner)].obs_id
        left_out = self._state.left_out
        if change.new == (obs_id not in left_out):
            return  # the state's own word
        self._choose((*left_out, obs_id) if not change.new else (k for k in left_out if k != obs_id))

    def _choose(self, left_out: Iterable[int]) -> None:
        self._state.left_out = tuple(sorted(left_out))

    def _choose_none(self) -> None:
        self._choose(line.obs_id for line in self._all_lines())

    def _invert(self) -> None:
        self._choose(line.obs_id for line in self._all_lines() if line.obs_id not in self._state.left_out)

    def _choose_range(self, first: int, last: int, takes_part: bool) -> None:
        """Let the shown runs between two of them take part, or leave them out; all in one change."""
        shown = [line.obs_id for line in self._lines]
        if last not in shown:
            return
        # The run that the range began at may be on another page by now.
        start, stop = sorted((shown.index(first if first in shown else last), shown.index(last)))
        between = set(shown[start : stop + 1])
        left_out = set(self._state.left_out)
        self._choose(left_out - between if takes_part else left_out | between)

    # -- order --------------------------------------------------------------------------------

    def _sorter(self, k: int) -> Callable[[], None]:
        def sort() -> None:
            # A first press sorts numbers falling, run numbers rising; a second one turns the order round.
            self._falling = not self._falling if k == self._column else k != 0
            self._column, self._page = k, 0
            self._name_heads()
            self._show()

        return sort

    def _name_heads(self) -> None:
        for k, (button, column) in enumerate(zip(self.heads, COLUMNS, strict=True)):
            arrow = ("", " ▲", " ▼")[(k == self._column) * (1 + self._falling)]
            button.description = f"{column.title}{arrow}"
            unit = f", {column.unit}" if column.unit else ""
            button.tooltip = f"Sort by {column.title}{unit}"

    def _turn(self, by: int) -> None:
        self._page = max(self._page + by, 0)
        self._show()
