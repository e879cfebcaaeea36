"""The query string on its way from the page to the state."""

from __future__ import annotations

import pytest

from lightpool_dashboard.controls.query import MAX_LENGTH, TAKEN


def test_without_a_page_of_ours_it_is_empty(dashboard):
    assert dashboard.state.query == ""
    assert dashboard.query.field.placeholder != TAKEN


@pytest.mark.parametrize("text", ["s=1.a%20b&x=%3Cscript%3E", "?s=1.a%20b&x=%3Cscript%3E"])
def test_the_field_hands_over_what_the_page_writes(dashboard, text):
    heard = []
    dashboard.state.observe(lambda change: heard.append(change.new), names="query")
    dashboard.query.field.value = text
    assert heard == ["s=1.a%20b&x=%3Cscript%3E"]
    assert dashboard.query.field.placeholder == TAKEN


def test_nobody_sees_the_field(dashboard):
    assert dashboard.query.field.layout.display == "none"
    assert dashboard.query.notice.value == ""


def test_the_longest_link_is_taken(dashboard):
    dashboard.query.field.value = "x" * MAX_LENGTH
    assert dashboard.state.query == "x" * MAX_LENGTH


def test_a_longer_one_is_refused_in_words(dashboard):
    dashboard.query.field.value = "x" * (MAX_LENGTH + 1)
    assert dashboard.state.query == ""
    assert "longer than 4096 characters" in dashboard.query.notice.value
    assert dashboard.query.field.placeholder == TAKEN  # the page need not wait any longer
