"""Progress on a terminal, and silence anywhere else."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any, Self


class StageBar:
    """A bar on stderr for whichever stage is at work; nothing if stderr is no terminal.

    Parameters
    ----------
    in_bytes : bool
        Steps are bytes, and their rate is shown.
    """

    def __init__(self, *, in_bytes: bool = False) -> None:
        self._bar: Any = None
        self._options: dict[str, Any] = {"bar_format": "{desc:<12} {bar} {n_fmt}/{total_fmt}"}
        if in_bytes:
            self._options["bar_format"] += "B {rate_fmt}"
            self._options |= {"unit": "B", "unit_scale": True}
        self._shown = sys.stderr.isatty()

    def update(self, stage: str, done: int, total: int) -> None:
        """Show that `done` of `total` steps of a stage are done."""
        if not self._shown:
            return
        if self._bar is None:
            from tqdm import tqdm

            self._bar = tqdm(total=total, leave=False, **self._options)
        self._bar.set_description_str(stage.replace("_", " "), refresh=False)
        self._bar.total, self._bar.n = total, done
        self._bar.refresh()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()
