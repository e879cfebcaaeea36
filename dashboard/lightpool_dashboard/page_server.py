"""The Voilà server of the page: one notebook, our template, kernels that end with their tab."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_path
from tornado.ioloop import IOLoop
from tornado.web import HTTPError, RedirectHandler
from voila.app import Voila

from lightpool_dashboard.messages import ALLOWED
from lightpool_dashboard.page_handlers import (
    HANDLERS,
    FarewellHandler,
    LastingExtensionsHandler,
    LastingFilesHandler,
    RobotsHandler,
)
from lightpool_dashboard.server_config import edition, voila_config
from lightpool_dashboard.service import LOOPBACK, Service
from lightpool_dashboard.visitors import Visitors

ENDING_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

#: The largest request: a page asks, and sends nothing along.
MAX_BODY = 64 * 1024

KERNEL_ID = r"(?P<kernel_id>[0-9a-f-]{36})"

#: How long a lost connection may take to come back before the kernel of a public page ends, s.
PATIENCE_S = 120.0


IDLE_TALK = (
    # Jupyter misses the user's signature on the notebook; stored without outputs, it needs none.
    "is not trusted",
    # Tornado takes for its own, in seconds, what Jupyter pings by, in milliseconds.
    "websocket_ping_timeout",
)


class PlainLog(logging.Filter):
    """Leaves out what tells an operator nothing."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is to be logged; shorten it where it repeats itself."""
        if isinstance(record.msg, str) and record.msg.startswith("Error at server while executing cell"):
            # The whole cell with its outputs would follow, and then the traceback says the same.
            record.msg, record.args = "The page could not be built", ()
        return not any(words in record.getMessage() for words in IDLE_TALK)


class PageServer(Voila):
    """The stand-alone Voilà application that serves the dashboard and nothing else.

    Parameters
    ----------
    service : Service
    on_listening : callable
        Is called once the server answers.
    """

    def __init__(self, *, service: Service, on_listening: Callable[[], None], **options: Any) -> None:
        super().__init__(config=voila_config(service), **options)
        self.service, self.on_listening = service, on_listening
        self.is_ending = False
        idle_s = 60 * service.idle_minutes
        self.visitors = Visitors(
            service.max_kernels,
            starts_per_minute=service.starts_per_minute,
            patience_s=min(idle_s, PATIENCE_S) if service.public else idle_s,
        )

    @property
    def themes_dir(self) -> str:
        """The JupyterLab themes: Voilà looks beside its first template directory, and that is ours now."""
        folders = (Path(root) / "themes" for root in jupyter_path("voila"))
        return next((str(folder) for folder in folders if folder.is_dir()), super().themes_dir)

    def init_settings(self) -> dict[str, Any]:
        """Return the settings of Voilà; they reach every handler."""
        settings: dict[str, Any] = super().init_settings()
        self.kernel_manager.allowed_message_types = list(ALLOWED)
        return settings | {"lightpool_visitors": self.visitors}

    def init_handlers(self) -> list[Any]:
        """Return the handlers of the page, and none of Voilà's that it does not need."""
        base_url = self.service.base_url
        handlers = [
            (route, HANDLERS[handler], *rest)
            for route, handler, *rest in super().init_handlers()
            if handler in HANDLERS
        ]
        lasting = f"{base_url}voila/lasting/{edition()}"
        own: list[Any] = [
            (f"{base_url}api/kernels/{KERNEL_ID}/farewell", FarewellHandler),
            (f"{lasting}/static/(.*)", LastingFilesHandler, {"paths": self.static_paths}),
            (f"{lasting}/labextensions/(.*)", LastingExtensionsHandler, {"path": self.labextensions_path}),
            (r"/robots\.txt", RobotsHandler),
        ]
        if base_url != "/":
            places = "|".join(("/", base_url.removesuffix("/")))
            own.append((f"(?:{places})", RedirectHandler, {"url": base_url, "permanent": False}))
        return own + handlers

    def listen(self) -> None:
        """Listen and serve until the process is told to stop."""
        service = self.service
        self.app.listen(
            service.port,
            service.host,
            # Only a proxy on this machine can speak to a public server on the loopback: believe what it
            # says of the visitor's address and protocol.
            xheaders=service.public and service.host in LOOPBACK,
            max_body_size=MAX_BODY,
        )
        self.ioloop = IOLoop.current()
        self.ioloop.add_callback(self.on_listening)
        try:
            self.ioloop.start()
        finally:
            self.stop()

    def initialize(self, argv: list[str] | None = None) -> None:
        """Take the configuration; end on Ctrl-C and on a closed terminal as on SIGTERM."""
        super().initialize(argv)
        for name in ENDING_SIGNALS:
            signal.signal(name, self._handle_signal_stop)

    def _handle_signal_stop(self, sig: int, frame: Any) -> None:
        # An exception out of a signal handler could strike anywhere, such as half-way in a kernel's start.
        loop = IOLoop.current()
        loop.add_callback_from_signal(loop.stop)

    def stop(self) -> None:
        """End every kernel and remove what was kept for them."""
        self.is_ending = True
        for name in ENDING_SIGNALS:
            signal.signal(name, signal.SIG_IGN)  # it is ending already, within a second or two
        self.log.setLevel(logging.CRITICAL)  # what breaks off from now on is no error
        try:
            self.ioloop.run_sync(self._end_kernels)  # on the loop where they were started
        finally:
            shutil.rmtree(self.connection_dir, ignore_errors=True)

    async def _end_kernels(self) -> None:
        # A kernel that is only just being started cannot be ended: let the warm ones come first.
        warm = [task for pool in getattr(self.kernel_manager, "_pools", {}).values() for task in pool]
        await asyncio.gather(*warm, return_exceptions=True)
        # One that a visitor had just asked for ends when we are gone.
        with contextlib.suppress(HTTPError):
            # Without asking them first: Python that is still importing would answer with a traceback.
            await self.kernel_manager.shutdown_all(now=True)


def run_server(notebook: Path, service: Service, *, on_listening: Callable[[], None]) -> None:
    """Serve the notebook until Ctrl-C or SIGTERM, then end every kernel."""
    server = PageServer.instance(  # the one application of the process: errors in a cell reach its log
        service=service,
        on_listening=on_listening,
        notebook_path=str(notebook),
        config_file_paths=[],  # a voila.json in the working directory is not ours
    )
    for log in (server.log, logging.getLogger("tornado.general")):
        log.addFilter(PlainLog())
    server.initialize([])
    server.start()
