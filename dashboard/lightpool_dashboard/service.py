"""How the page is served: to one analyst on their own machine, or to the public."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from lightpool.errors import SettingsError

PREFIX = re.compile(r"(/[\w.~-]+)*/", re.ASCII)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Service:
    """What the server offers, to whom, and how much of the machine it may take for it.

    Parameters
    ----------
    host : str
        The address to listen on.
    port : int
        The port to listen on; it must be free.
    base_url : str
        The path at which a proxy shows the page: ``/``, or a prefix such as ``/lightpool/``.
    public : bool
        Whether strangers visit: then kernels get none of the server's secrets, idle ones end even with
        their tab open, and the page names no folder of this machine.
    hosts : tuple of str
        The names under which the page may be asked for. Empty: for the public any, else this machine's.
    warm : int
        How many kernels wait with the page already drawn; each costs the memory of a session.
    max_kernels : int
        How many visitors are served at once; the warm kernels come on top.
    starts_per_minute : int
        How many pages one address may open in a minute.
    idle_minutes : float
        After how long without a sign of life a kernel ends. Without `public`, only where no tab is open.
    memory_mb : int or None
        How much memory a kernel may allocate; None for as much as there is.
    """

    host: str = "127.0.0.1"
    port: int = 8866
    base_url: str = "/"
    public: bool = False
    hosts: tuple[str, ...] = ()
    warm: int = 1
    max_kernels: int = 20
    starts_per_minute: int = 30
    idle_minutes: float = 10.0
    memory_mb: int | None = None

    def __post_init__(self) -> None:
        prefix = f"/{self.base_url.strip('/')}/" if self.base_url.strip("/") else "/"
        if not PREFIX.fullmatch(prefix):
            raise SettingsError(
                "this cannot be the path of a page",
                where="--base-url",
                found=repr(self.base_url),
                expected="letters, digits, dots, dashes and slashes, as in /lightpool/",
            )
        object.__setattr__(self, "base_url", prefix)
        if not self.idle_minutes > 0 or not math.isfinite(self.idle_minutes):
            raise SettingsError(
                "a kernel must be allowed some minutes",
                where="--idle-minutes",
                found=f"{self.idle_minutes:g}",
            )
        if self.host not in LOOPBACK and not self.public:
            raise SettingsError(
                "other machines could open the page",
                where="--host",
                found=self.host,
                expected=LOOPBACK[0],
                remedy="Add --public, which limits what strangers can do.",
            )

    @classmethod
    def of(cls, *, public: bool, **given: Any) -> Service:
        """Return the service that was asked for; what is None takes the default for its public."""
        defaults: dict[str, Any] = {"warm": 2, "idle_minutes": 20.0, "memory_mb": 2000} if public else {}
        return cls(
            public=public, **(defaults | {k: value for k, value in given.items() if value is not None})
        )

    @property
    def url(self) -> str:
        """Where a browser on this machine finds the page."""
        host = LOOPBACK[0] if self.host in ("0.0.0.0", "::", "") else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}{self.base_url}"
