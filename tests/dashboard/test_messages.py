"""What a page may say to its kernel."""

from __future__ import annotations

import itertools

import pytest

from lightpool_dashboard.messages import message_parts, refusal

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


def packed(*parts: bytes, offsets: list[int] | None = None, number: int | None = None) -> bytes:
    """Return a message in the binary protocol, with wrong offsets where they are given."""
    right = list(itertools.accumulate(map(len, parts), initial=8 * (len(parts) + 2)))
    offsets = right if offsets is None else offsets
    numbers = [len(offsets) if number is None else number, *offsets]
    return b"".join(value.to_bytes(8, "little") for value in numbers) + b"".join(parts)


PARTS = (b"shell", b'{"msg_type": "comm_msg"}', b"{}", b"{}", b'{"comm_id": "1"}')


@pytest.mark.parametrize("buffers", [(), (b"one",), (b"", b"two")])
def test_a_message_is_taken_apart_as_jupyter_does(buffers):
    from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1

    message = packed(*PARTS, *buffers)
    channel, parts = deserialize_msg_from_ws_v1(message)
    assert (channel, parts[0], parts[3]) == ("shell", PARTS[1], PARTS[4])
    assert message_parts(message) == ("shell", {"msg_type": "comm_msg"}, {"comm_id": "1"})


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\0" * 8,
        b"\xff" * 8,
        b"\xff" * 80,
        packed(*PARTS, number=2**63),
        packed(*PARTS, number=5),
        packed(*PARTS, number=7),
        packed(*PARTS, offsets=[56, 61, 85, 87, 89, 10**18]),
        packed(*PARTS, offsets=[56, 85, 61, 87, 89, 105]),
        packed(*PARTS, offsets=[0, 5, 29, 31, 33, 49]),
        packed(*PARTS, *[b""] * 100),
        packed(b"shell", b"{", b"{}", b"{}", b"{}"),
        packed(b"\xff", b"{}", b"{}", b"{}", b"{}"),
    ],
)
def test_a_message_out_of_order_is_no_message(message):
    with pytest.raises(ValueError, match=r".+"):
        message_parts(message)
