"""Results that depend only on a run and hashable settings, kept as long as the run is."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary


def per_run(maxsize: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that keeps the last `maxsize` results of a function for each run.

    The function's first argument is the run; the others are positional and hashable. The
    results go with the run, so nothing outlives the store that it came from. What was computed
    elsewhere is handed over with ``function.keep(value, run, *key)``.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        kept: WeakKeyDictionary[Any, OrderedDict[Any, Any]] = WeakKeyDictionary()
        lock = Lock()

        @wraps(function)
        def wrapper(run: Any, *key: Any) -> Any:
            with lock:
                results = kept.setdefault(run, OrderedDict())
                if key in results:
                    results.move_to_end(key)
                    return results[key]
            value = function(run, *key)
            keep(value, run, *key)
            return value

        def keep(value: Any, run: Any, *key: Any) -> None:
            with lock:
                results = kept.setdefault(run, OrderedDict())
                results[key] = value
                while len(results) > maxsize:
                    results.popitem(last=False)

        wrapper.keep = keep  # type: ignore[attr-defined]
        return wrapper

    return decorate
