"""What a page and its kernel may say to each other: that widgets changed, and nothing else."""

from __future__ import annotations

import itertools
import json
from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

ALLOWED = ("comm_open", "comm_msg", "comm_close", "comm_info_request", "kernel_info_request")

#: What a kernel says to a page. What it prints is not for visitors: tracebacks would be in it.
TOLD = ("comm_open", "comm_msg", "comm_close", "comm_info_reply", "kernel_info_reply", "status")

#: The one conversation that a page begins: to ask for the state of all widgets. By another it could
#: create widgets of any kind in the kernel.
OPENED_BY_PAGES = "jupyter.widget.control"

#: The protocol of pages. In the older one, a buffer from the kernel is taken for something else by Voilà.
V1 = "v1.kernel.websocket.jupyter.org"

#: Offsets of six parts, and of the buffers; a widget sends a few of those at most.
MOST_OFFSETS = 64


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
            reason = refusal(*message_parts(incoming_msg))
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


def message_parts(message: bytes) -> tuple[str, Any, Any]:
    """Return channel, header and content of a message in the protocol `V1`.

    It begins with the number of offsets and the offsets, eight bytes each, little-endian; they say where
    the channel, the header, the parent header, the metadata, the content and any buffers begin and end.

    Raises
    ------
    ValueError
        Where the offsets are not in order within the message. Whoever believes their number without
        looking may count to 2**64.
    """
    number = int.from_bytes(message[:8], "little")
    if not 6 <= number <= MOST_OFFSETS:
        raise ValueError("the number of offsets")
    offsets = [int.from_bytes(message[8 * k : 8 * k + 8], "little") for k in range(1, number + 1)]
    if offsets[0] < 8 * (number + 1) or offsets[-1] > len(message) or offsets != sorted(offsets):
        raise ValueError("the offsets")
    channel, header, _parent, _metadata, content = (
        message[start:stop] for start, stop in itertools.pairwise(offsets[:6])
    )
    return channel.decode(), json.loads(header), json.loads(content)
