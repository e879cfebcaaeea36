"""What a page and its kernel may say to each other: that widgets changed, and nothing else."""

from __future__ import annotations

import json
from typing import Any

from jupyter_server.services.kernels.connection.base import (
    deserialize_binary_message,
    deserialize_msg_from_ws_v1,
)
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

ALLOWED = ("comm_open", "comm_msg", "comm_close", "comm_info_request", "kernel_info_request")

#: What a kernel says to a page. What it prints is not for visitors: tracebacks would be in it.
TOLD = ("comm_open", "comm_msg", "comm_close", "comm_info_reply", "kernel_info_reply", "status")

#: The one conversation that a page begins: to ask for the state of all widgets. By another it could
#: create widgets of any kind in the kernel.
OPENED_BY_PAGES = "jupyter.widget.control"

#: The subprotocol in which a message is one binary block: offsets, channel, and the parts as JSON.
V1 = "v1.kernel.websocket.jupyter.org"


def refusal(channel: str | None, header: Any, content: Any) -> str:
    """Return why a message does not reach the kernel; empty when it does.

    Parameters
    ----------
    channel : str or None
    header, content : object
        As the browser sent them; anything may be in them.

    Examples
    --------
    >>> refusal("shell", {"msg_type": "execute_request"}, {"code": "1 + 1"})
    'its type is not allowed'
    >>> refusal("shell", {"msg_type": "comm_msg"}, {})
    ''
    """
    if channel != "shell":
        return "its channel is not allowed"
    if not isinstance(header, dict) or not isinstance(content, dict):
        return "it is malformed"
    if header.get("msg_type") not in ALLOWED:
        return "its type is not allowed"
    if header["msg_type"] == "comm_open" and content.get("target_name") != OPENED_BY_PAGES:
        return "it opens what a page does not open"
    return ""


class PageConnection(ZMQChannelsWebsocketConnection):
    """A websocket that lets in what `refusal` has nothing against, and out what is `TOLD`."""

    def handle_incoming_message(self, incoming_msg: Any) -> None:
        """Pass a message on to the kernel, or leave it out and say so in the log."""
        try:
            reason = refusal(*_parts(incoming_msg, self.subprotocol))
        except Exception as error:  # whatever a stranger sends, reading it may fail in any way
            reason = f"it cannot be read ({type(error).__name__})"
        if reason:
            self.log.warning("A message of a page was left out: %s.", reason)
        else:
            super().handle_incoming_message(incoming_msg)

    def handle_outgoing_message(self, stream: Any, outgoing_msg: list[Any]) -> None:
        """Pass a message on to the page, if it is for it."""
        _, parts = self.session.feed_identities(outgoing_msg)
        if self.session.unpack(parts[1])["msg_type"] in TOLD:
            super().handle_outgoing_message(stream, outgoing_msg)


def _parts(message: str | bytes, subprotocol: str | None) -> tuple[str | None, Any, Any]:
    """Return channel, header and content of a message off the websocket."""
    if subprotocol == V1:
        channel, parts = deserialize_msg_from_ws_v1(message)
        header, _parent, _metadata, content = parts[:4]
        return channel, json.loads(header), json.loads(content)
    whole = deserialize_binary_message(message) if isinstance(message, bytes) else json.loads(message)
    return whole.get("channel"), whole.get("header"), whole.get("content")
