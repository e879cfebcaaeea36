"""Observers that fail in the open: the message on the page, the traceback in the log."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any, Protocol

logger = logging.getLogger("lightpool_dashboard")


class HasError(Protocol):
    """Anything with a place for an error sentence."""

    error: str


def internal_error(exc: BaseException) -> str:
    """Return what a visitor reads about a bug: its kind, never its insides."""
    return f"internal error ({type(exc).__name__}); the last good picture stays, the log has the details"


def guarded(state: HasError) -> Callable[[Callable[..., Any]], Callable[..., None]]:
    """Return a decorator for callbacks: an exception goes to ``state.error`` and the log.

    The front end drops exceptions of observers silently when tracebacks are off, as on a public server.
    """

    def decorate(callback: Callable[..., Any]) -> Callable[..., None]:
        @functools.wraps(callback)
        def call(*args: Any, **kwargs: Any) -> None:
            try:
                callback(*args, **kwargs)
            except Exception as exc:  # the last stop before the front end: reported, not hidden
                logger.exception("callback %s failed", getattr(callback, "__qualname__", callback))
                state.error = internal_error(exc)

        return call

    return decorate
