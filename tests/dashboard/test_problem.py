from __future__ import annotations

from lightpool_dashboard.state import State
from lightpool_dashboard.views import Problem


def test_a_view_says_why_its_result_could_not_be_had_and_nothing_about_others():
    state = State()
    shown, other = Problem(state, "series"), Problem(state, "sky_map")
    state.problems = {"series": "no run <b> has events"}
    assert shown.value == '<span role="alert">no run &lt;b&gt; has events</span>'
    assert other.value == ""
    state.problems = {}
    assert shown.value == ""
    for widget in (shown, other):
        widget.close()
