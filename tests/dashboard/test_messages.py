"""What a page may say to its kernel."""

from __future__ import annotations

import pytest

from lightpool_dashboard.messages import refusal

WIDGETS = {"target_name": "jupyter.widget.control"}


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("comm_open", WIDGETS),
        ("comm_msg", {"comm_id": "1", "data": {}}),
        ("comm_close", {"comm_id": "1"}),
        ("comm_info_request", {}),
        ("kernel_info_request", {}),
    ],
)
def test_what_a_page_needs_goes_through(kind, content):
    assert refusal("shell", {"msg_type": kind}, content) == ""


@pytest.mark.parametrize(
    ("channel", "header", "content", "reason"),
    [
        ("shell", {"msg_type": "execute_request"}, {"code": "1"}, "its type is not allowed"),
        ("shell", {"msg_type": "complete_request"}, {}, "its type is not allowed"),
        ("shell", {"msg_type": "shutdown_request"}, {}, "its type is not allowed"),
        ("shell", {"msg_type": ["comm_msg"]}, {}, "its type is not allowed"),
        ("control", {"msg_type": "kernel_info_request"}, {}, "its channel is not allowed"),
        ("stdin", {"msg_type": "input_reply"}, {}, "its channel is not allowed"),
        (None, {"msg_type": "comm_msg"}, {}, "its channel is not allowed"),
        ("shell", {"msg_type": "comm_open"}, {"target_name": "jupyter.widget"}, "it opens what"),
        ("shell", {"msg_type": "comm_open"}, {"target_name": None}, "it opens what"),
        ("shell", {"msg_type": "comm_open"}, {}, "it opens what"),
        ("shell", None, {}, "it is malformed"),
        ("shell", {"msg_type": "comm_msg"}, [], "it is malformed"),
        ("shell", "comm_msg", {}, "it is malformed"),
    ],
)
def test_everything_else_is_left_out(channel, header, content, reason):
    assert refusal(channel, header, content).startswith(reason)
