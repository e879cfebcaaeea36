"""The Lightpool dashboard: widgets for live analysis of Cherenkov-telescope data."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lightpool_dashboard.dashboard import Dashboard, app
    from lightpool_dashboard.state import State

__all__ = ["Dashboard", "State", "app"]

_HOME = {"Dashboard": "dashboard", "State": "state", "app": "dashboard"}


def __getattr__(name: str) -> Any:
    # Lazy: the command that starts the server needs no widget.
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"lightpool_dashboard.{_HOME[name]}"), name)
