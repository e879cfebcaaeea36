"""Results of stages, kept for as long as going back to their settings is likely."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

#: Called with the stage, how much of it is done and how much there is.
Progress = Callable[[str, int, int], None]
#: Results kept for each stage, so that going back and forth between settings costs nothing.
_KEPT = 12


class Stages:
    """What an analysis of any kind is made of: stages that are redone when what they depend on changes."""

    def __init__(self) -> None:
        self._kept: dict[str, OrderedDict[Hashable, Any]] = {}

    def _stage(
        self,
        name: str,
        key: Hashable,
        compute: Callable[[], Any],
        timing: dict[str, float],
        most: int = _KEPT,
    ) -> Any:
        """Return the kept result of a stage, or compute it and keep it and `most` altogether."""
        kept = self._kept.setdefault(name, OrderedDict())
        start = time.perf_counter()
        if key in kept:
            kept.move_to_end(key)
            timing.setdefault(name, 0.0)
            return kept[key]
        value = kept[key] = compute()
        while len(kept) > most:
            kept.popitem(last=False)
        timing[name] = timing.get(name, 0.0) + time.perf_counter() - start
        return value
