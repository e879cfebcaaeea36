"""Observers that fail in the open: the message on the page, the traceback in the log."""

from __future__ import annotations

import functools
import logging
import os
import re
from collections.abc import Callable
from typing import Any, Protocol

from lightpool_dashboard.stores import PUBLIC_VARIABLE

#: The folders of an absolute path, of Windows too; a slash within a word, as in a unit, begins none.
_FOLDERS = re.compile(r"""(?<![\w.)\]^])(?:~|[A-Za-z]:)?[\\/](?:[^\s\\/'",;:<>|]+[\\/])*(?=[^\s\\/])""")

logger = logging.getLogger("lightpool_dashboard")


class HasError(Protocol):
    """Anything with a place for an error sentence."""

    error: str


def internal_error(exc: BaseException) -> str:
    """Return what a visitor reads about a bug: its kind, never its insides."""
    return f"internal error ({type(exc).__name__}); the last good picture stays, the log has the details"


def sentence(exc: BaseException) -> str:
    """Return what a visitor reads about an expected error; strangers without the folders in it."""
    return without_folders(str(exc)) if os.environ.get(PUBLIC_VARIABLE) else str(exc)


def without_folders(text: str) -> str:
    """Return a text in which of every absolute path only the last part is left.

    Examples
    --------
    >>> without_folders("/srv/dl3/crab/run 1.fits[EVENTS]: 5 counts/s/TeV; expected m2/s")
    'run 1.fits[EVENTS]: 5 counts/s/TeV; expected m2/s'
    """
    return _FOLDERS.sub("", text)


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
