"""Dashboards on the simulated store whose work runs when the test says so."""

from __future__ import annotations

import warnings

import pytest

with warnings.catch_warnings():
    # bqscales declares a trait in a way that traitlets wants to give up; it is not ours to mend.
    warnings.simplefilter("ignore", DeprecationWarning)
    import bqplot  # noqa: F401

from lightpool_dashboard import Dashboard
from lightpool_dashboard.schedule import ManualSchedule


@pytest.fixture
def make(demo_store):
    """Return a function that makes a dashboard, drawn unless told otherwise."""
    made = []

    def new(data=demo_store, *, drawn: bool = True) -> Dashboard:
        dashboard = Dashboard(data, schedule=ManualSchedule())
        made.append(dashboard)
        if drawn:
            dashboard.schedule.flush()
        return dashboard

    yield new
    for dashboard in made:
        dashboard.close()


@pytest.fixture
def dashboard(make):
    """Return a drawn dashboard."""
    return make()


@pytest.fixture
def messages(monkeypatch):
    """Return the list of messages that widgets send to the browser from now on."""
    import ipywidgets

    sent: list[tuple[str, tuple[str, ...]]] = []
    send = ipywidgets.Widget._send

    def note(self, message, buffers=None):
        sent.append((type(self).__name__, tuple(message.get("state", {}))))
        return send(self, message, buffers)

    monkeypatch.setattr(ipywidgets.Widget, "_send", note)
    return sent
