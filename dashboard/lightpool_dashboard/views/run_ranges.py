"""Ranges of runs: the shift key with a click, or with an arrow key, on the check boxes of the run table."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

import ipywidgets as w

from lightpool_dashboard.callbacks import guarded
from lightpool_dashboard.maker import Maker

#: A check box tells its kernel that it was ticked, but not which keys were held. So the page itself listens
#: to the column, and writes first run, last run, whether they take part and a number of its own into a
#: field that nobody sees: one message for the whole range.
_LISTEN = """
const table = this.closest('.lp-view-runs'), column = table.querySelector('.lp-runs-checks');
if (column && !column.dataset.lpRanges) {
  column.dataset.lpRanges = '1';
  let anchor = '', from = '', count = 0;
  const boxOf = (node) => node.closest && node.closest('.widget-checkbox');
  const runOf = (box) => (box.textContent.match(/\\d+/) || [''])[0];
  const choose = (first, last, part) => {
    const field = table.querySelector('.lp-runs-range input');
    field.value = first + ' ' + last + ' ' + (part ? 1 : 0) + ' ' + ++count;
    field.dispatchEvent(new Event('change', { bubbles: true }));
  };
  const stop = (event) => { event.preventDefault(); event.stopPropagation(); };
  column.addEventListener('mousedown', (event) => { if (event.shiftKey) event.preventDefault(); }, true);
  column.addEventListener('click', (event) => {
    const box = boxOf(event.target);
    if (!box) return;
    from = '';
    if (!event.shiftKey || !anchor) { anchor = runOf(box); return; }
    const input = box.querySelector('input');
    const part = event.target === input ? input.checked : !input.checked;
    stop(event);
    input.focus();
    choose(anchor, runOf(box), part);
  }, true);
  column.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], box = boxOf(event.target);
    if (!step || !box) return;
    stop(event);
    const boxes = [...column.querySelectorAll('.widget-checkbox:not(.lp-gone)')];
    const next = boxes[boxes.indexOf(box) + step];
    if (!next) return;
    if (!event.shiftKey) from = '';
    else {
      from = from || runOf(box);
      const first = boxes.find((other) => runOf(other) === from) || box;
      anchor = from;
      choose(from, runOf(next), first.querySelector('input').checked);
    }
    next.querySelector('input').focus();
  }, true);
}
"""
#: A picture of one pixel that is part of the page: as it is drawn, the page begins to listen.
_PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="
_HINT = "Shift with a click or an arrow key: a range"
_WORDS = re.compile(r"(\d{1,19}) (\d{1,19}) ([01]) \d{1,9}")


class RunRanges:
    """Hears of a range of runs that is to take part, or to be left out.

    Parameters
    ----------
    maker : Maker
    choose : callable
        Called with the first and the last run and whether those between them take part.

    Attributes
    ----------
    hint : HTML
        Says how; put it beside the check boxes.
    field : Text
        Put it into the same view; it is not seen.
    """

    def __init__(self, maker: Maker, choose: Callable[[int, int, bool], None]) -> None:
        self._choose = choose
        self.hint = w.HTML(
            f'<span class="lp-note">{_HINT}<img src="{_PIXEL}" alt="" width="0" height="0" '
            f'onload="{escape(_LISTEN)}"></span>'
        )
        self.field = w.Text(layout=w.Layout(display="none"))
        self.field.add_class("lp-runs-range")
        self.field.observe(guarded(maker.state)(self._heard), names="value")

    def _heard(self, change: object) -> None:
        # Anybody may have written it.
        if found := _WORDS.fullmatch(self.field.value):
            first, last, takes_part = (int(word) for word in found.groups())
            self._choose(first, last, bool(takes_part))
