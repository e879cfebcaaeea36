"""One slider through the code, as CONTRIBUTING.md tells it: only what depends on it is done anew."""

from __future__ import annotations


def test_the_radius_goes_the_way_that_is_told(make):
    dashboard = make()
    before = dashboard.state.outcome
    dashboard.region.radius.value = 0.15
    assert dashboard.state.radius == 0.15
    assert dashboard.state.outcome is before  # nothing happens before the schedule lets it
    dashboard.schedule.flush()
    after = dashboard.state.outcome
    assert after.settings.reduction.on_region.radius == 0.15
    assert after.timing_s["read"] == 0
    assert after.timing_s["reduce"] > 0
