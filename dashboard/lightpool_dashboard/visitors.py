"""Who may come in, and whose kernel is whose."""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

#: Most connections a visitor may have to their kernel: one, and one more while the first is being replaced.
MAX_CONNECTIONS = 3


#: How many messages a page may send at once, and how many a second go on. A drag sends some twenty a second.
BURST, MESSAGES_PER_S = 600, 60.0

#: With what code a connection is closed, so that the page can say why: the server was stopped, nobody used
#: the kernel, it died, the page said too much.
STOPPED, IDLE, DIED, CROWDED = 4000, 4001, 4002, 4003


class Connection(Protocol):
    """A websocket between a page and its kernel."""

    def close(self, code: int | None = None) -> None:
        """Close it, telling the page why."""


class Refused(Exception):
    """No kernel for this visitor now.

    Parameters
    ----------
    sentence : str
        What the visitor reads.
    retry_s : int
        When to come again.
    """

    def __init__(self, sentence: str, retry_s: int) -> None:
        super().__init__(sentence)
        self.sentence, self.retry_s = sentence, retry_s


@dataclass
class Stay:
    """A visitor's time with a kernel.

    Parameters
    ----------
    secret : str
        What the page shows to prove that the kernel is its own.
    connections : set of Connection
    alone_since : float
        Since when there has been no connection, s.
    spent, spent_at : float
        How many messages of the burst are used up, as of when, s.
    """

    secret: str
    connections: set[Connection]
    alone_since: float
    spent: float = 0.0
    spent_at: float = 0.0


class Place:
    """A place that is kept for a visitor until there is a kernel for them."""


class Visitors:
    """The visitors that have a kernel, or have been promised one.

    Parameters
    ----------
    most : int
        How many at once.
    starts_per_minute : int
        How many kernels one address may ask for in a minute.
    patience_s : float
        How long a kernel waits for a browser that has lost its connection, or never made one.
    clock : callable
        Returns seconds.
    """

    def __init__(
        self,
        most: int,
        *,
        starts_per_minute: int,
        patience_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most, self._starts_per_minute, self._patience_s = most, starts_per_minute, patience_s
        self._clock = clock
        self._stays: dict[str, Stay] = {}
        self._places: set[Place] = set()
        self._starts: dict[str, deque[float]] = {}

    def __len__(self) -> int:
        return len(self._stays) + len(self._places)

    @contextmanager
    def place(self, address: str) -> Iterator[Place]:
        """Keep a place for the length of the block, until it is settled.

        Raises
        ------
        Refused
            When all places are taken, or this address has asked too often.
        """
        if len(self) >= self._most:
            raise Refused("All places are taken at the moment.", 30)
        self._note_start(address)
        place = Place()
        self._places.add(place)
        try:
            yield place
        finally:
            self._places.discard(place)

    def settle(self, place: Place, kernel_id: str) -> str:
        """Give the kernel to the visitor for whom the place was kept; return the secret of the two."""
        self._places.discard(place)
        stay = Stay(secrets.token_urlsafe(24), set(), self._clock())
        self._stays[kernel_id] = stay
        return stay.secret

    def knows(self, kernel_id: str, secret: str) -> bool:
        """Return whether the kernel has a visitor and this is their secret."""
        stay = self._stays.get(kernel_id)
        return stay is not None and secrets.compare_digest(stay.secret.encode(), secret.encode())

    def may_connect(self, kernel_id: str) -> bool:
        """Return whether there may be one more connection to the kernel."""
        stay = self._stays.get(kernel_id)
        return stay is not None and len(stay.connections) < MAX_CONNECTIONS

    def connect(self, kernel_id: str, connection: Connection) -> None:
        """Note a connection to a kernel."""
        if kernel_id in self._stays:
            self._stays[kernel_id].connections.add(connection)

    def disconnect(self, kernel_id: str, connection: Connection) -> None:
        """Note the end of a connection."""
        stay = self._stays.get(kernel_id)
        if stay is not None and connection in stay.connections:
            stay.connections.remove(connection)
            stay.alone_since = self._clock()

    def spend(self, kernel_id: str) -> bool:
        """Return whether a kernel's page may send one more message now."""
        stay = self._stays.get(kernel_id)
        if stay is None:
            return False
        now = self._clock()
        stay.spent = max(0.0, stay.spent - MESSAGES_PER_S * (now - stay.spent_at))
        stay.spent_at = now
        if stay.spent > BURST - 1:
            return False
        stay.spent += 1
        return True

    def is_deserted(self, kernel_id: str) -> bool:
        """Return whether the kernel's visitor has been away for too long."""
        stay = self._stays.get(kernel_id)
        if stay is None or stay.connections:
            return False
        return self._clock() - stay.alone_since > self._patience_s

    def tell(self, kernel_id: str, code: int) -> None:
        """Close the connections to a kernel with the code that says why."""
        stay = self._stays.get(kernel_id)
        for connection in tuple(stay.connections) if stay else ():
            connection.close(code)

    def leave(self, kernel_id: str) -> None:
        """Free the place of a kernel that has ended."""
        self._stays.pop(kernel_id, None)

    def _note_start(self, address: str) -> None:
        now = self._clock()
        for other in [key for key, times in self._starts.items() if now - times[-1] > 60]:
            del self._starts[other]
        times = self._starts.setdefault(address, deque())
        while times and now - times[0] > 60:
            times.popleft()
        if len(times) >= self._starts_per_minute:
            wait = max(1, round(60 - (now - times[0])))
            raise Refused("Too many pages were opened from your address within a minute.", wait)
        times.append(now)
