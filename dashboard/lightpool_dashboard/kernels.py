"""The kernels behind the pages: what they are given, how much they may take, and when they end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError

from lightpool_dashboard.stores import CONFIG_VARIABLE, PUBLIC_VARIABLE, STORES_VARIABLE
from lightpool_dashboard.visitors import DIED, IDLE, STOPPED

#: The environment of a public kernel: what Python, numpy and the page need to run, and nothing else.
#: The server's own may hold passwords, and Voilà adds what the visitor's request said.
ENVIRONMENT = (
    "PATH", "HOME", "USER", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT",
    "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "CONDA_PREFIX", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
    "XDG_CACHE_HOME", "XDG_CONFIG_HOME", STORES_VARIABLE, CONFIG_VARIABLE,
)  # fmt: skip

#: One thread for each library that would otherwise start as many as there are cores, in every kernel.
THREADS = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)

#: How much a kernel may say while its page is away and may come back.
UNHEARD_BYTES = 32 << 20

#: Before a warm kernel that died is replaced, so that one that cannot start does not keep the machine busy.
CAUTION_S = 20.0


class OwnKernelSpecManager(KernelSpecManager):
    """Knows one kernel: the Python that runs the server, whatever ``python3`` is on the machine."""

    def _kernel_dirs_default(self) -> list[str]:
        return []


def public_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the part of an environment that a kernel for strangers may know."""
    kept = {name: text for name, text in environ.items() if name in ENVIRONMENT or name.startswith("LC_")}
    return kept | THREADS | {PUBLIC_VARIABLE: "1"}


def limit_memory(pid: int, megabytes: int) -> None:
    """Limit what a process may allocate; more makes its Python raise a MemoryError.

    What numpy merely maps (libraries, the stacks of threads) does not count, so this is close to the
    memory that the process really takes. Only Linux lets one process limit another.
    """
    if sys.platform == "linux":
        import resource

        with contextlib.suppress(ProcessLookupError):  # it has ended already
            resource.prlimit(pid, resource.RLIMIT_DATA, (megabytes << 20, megabytes << 20))


class Unheard(list[Any]):
    """Messages that wait for a page which has lost its connection: so many bytes, and no more.

    Parameters
    ----------
    give_up : callable
        Is called when there are too many: the page could not be brought up to date any more.
    """

    def __init__(self, give_up: Callable[[], None]) -> None:
        super().__init__()
        self._give_up, self._bytes = give_up, 0

    def append(self, item: Any) -> None:
        """Keep a channel's name and the parts of its message."""
        _channel, parts = item
        before, self._bytes = self._bytes, self._bytes + sum(len(part) for part in parts)
        if self._bytes <= UNHEARD_BYTES:
            super().append(item)
        elif before <= UNHEARD_BYTES:
            self._give_up()


class PageKernels(AsyncMappingKernelManager):
    """The kernels of the server, each with its visitor or warm and waiting for one.

    Voilà makes its manager with the pool of warm kernels from this class. Its `parent`, the server, has
    the service and the visitors.
    """

    parent: Any
    notebook_path: str | None

    def __init__(self, **options: Any) -> None:
        self._departures: set[asyncio.Future[None]] = set()
        super().__init__(**options)

    async def start_kernel(  # type: ignore[override]
        self, *, env: Mapping[str, str] | None = None, **options: Any
    ) -> str:
        """Start a kernel and return its id."""
        service = self.parent.service
        env = dict(os.environ if env is None else env)
        env = public_environment(env) if service.public else env
        # No start-up files of whoever runs the server, and no history of cells in their home.
        env["IPYTHONDIR"] = str(Path(self.connection_dir) / "ipython")
        kernel_id: str = await super().start_kernel(env=env, **options)
        pid = getattr(self.get_kernel(kernel_id).provisioner, "pid", None)
        if service.memory_mb is not None and pid is not None:
            limit_memory(pid, service.memory_mb)
        return kernel_id

    def remove_kernel(self, kernel_id: str) -> Any:
        """Forget a kernel that has ended, and free its visitor's place."""
        # Of those who end a kernel, only the culler leaves a page behind that has not been told why.
        self.parent.visitors.tell(kernel_id, STOPPED if self.parent.is_ending else IDLE)
        self.parent.visitors.leave(kernel_id)
        return super().remove_kernel(kernel_id)

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End a kernel whose visitor has gone or has long done nothing."""
        if self.parent.visitors.is_deserted(kernel_id):
            await self.shutdown_kernel(kernel_id)
        # One that is just starting is known already, but has no time of its last activity: asking raises.
        elif self.get_kernel(kernel_id).trait_has_value("last_activity"):
            await super().cull_kernel_if_idle(kernel_id)

    def start_buffering(self, kernel_id: str, session_key: str, channels: Any) -> None:
        """Keep what a kernel says for the page that has lost its connection."""
        super().start_buffering(kernel_id, session_key, channels)
        # Jupyter's own list has no bound.
        self._kernel_buffers[kernel_id]["buffer"] = Unheard(lambda: self._end_soon(kernel_id))

    def keep_warm(self, delay_s: float | None = None) -> None:
        """Start kernels until as many wait as should; Voilà does so only after it has handed one out."""
        if hasattr(self, "fill_if_needed") and not self.parent.is_ending:
            self.fill_if_needed(delay=delay_s, notebook_name=self.notebook_path)

    def _handle_kernel_died(self, kernel_id: str) -> None:
        self.log.warning("A kernel ended by itself, perhaps for lack of memory.")
        self.parent.visitors.tell(kernel_id, DIED)
        self._end_soon(kernel_id)

    def _end_soon(self, kernel_id: str) -> None:
        self._departures.add(task := asyncio.ensure_future(self._end(kernel_id)))
        task.add_done_callback(self._departures.discard)

    async def _end(self, kernel_id: str) -> None:
        with contextlib.suppress(HTTPError):  # somebody has ended it already
            await self.shutdown_kernel(kernel_id, now=True)
        self.keep_warm(CAUTION_S)
