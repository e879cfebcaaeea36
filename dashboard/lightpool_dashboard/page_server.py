"""The Voilà server of the page: one notebook, our template, warm kernels that end with their tab."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from jupyter_core.paths import jupyter_path
from tornado.ioloop import IOLoop
from tornado.web import HTTPError
from traitlets.config import Config
from voila.app import Voila
from voila.tornado.handler import TornadoVoilaHandler

CONTENT_POLICY = "; ".join(
    (
        # The browser itself refuses what would leave this host: scripts, styles, fonts, images, sockets.
        "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'",
        "connect-src 'self' ws: wss:",
        "frame-ancestors 'self'",
    )
)

WIDGET_EXTENSIONS = [
    "@jupyter-widgets/jupyterlab-manager",
    "@voila-dashboards/widgets-manager8",
    "bqplot",
    "bqscales",
]
"""The browser extensions the page needs; whatever else is installed for JupyterLab stays out of it."""


ENDING_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class PlainLog(logging.Filter):
    """Leaves out what tells an operator nothing."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is to be logged; shorten it where it repeats itself."""
        if isinstance(record.msg, str) and record.msg.startswith("Error at server while executing cell"):
            # The whole cell with its outputs would follow, and then the traceback says the same.
            record.msg, record.args = "The page could not be built", ()
        # Jupyter misses the user's signature on the notebook; stored without outputs, it needs none.
        return "is not trusted" not in record.getMessage()


class OwnKernelSpecManager(KernelSpecManager):
    """Knows one kernel: the Python that runs the server, whatever ``python3`` is on the machine."""

    def _kernel_dirs_default(self) -> list[str]:
        return []


class PageHandler(TornadoVoilaHandler):
    """Answers the page, and gives the browser the token by which it may later end its kernel.

    The page of Voilà asks for the end of its kernel when the tab closes and sends the cross-site token of
    its cookie with it, but the cookie is set nowhere, so the request is refused and the kernel stays.
    """

    async def get(self, path: str | None = None) -> None:
        """Set the cookie by reading the token, then answer as Voilà does."""
        _ = self.xsrf_token
        await super().get(path)


class PageServer(Voila):
    """The stand-alone Voilà application that serves the dashboard and nothing else."""

    on_listening: Callable[[], None] | None = None

    @property
    def themes_dir(self) -> str:
        """The JupyterLab themes: Voilà looks beside its first template directory, and that is ours now."""
        folders = (Path(root) / "themes" for root in jupyter_path("voila"))
        return next((str(folder) for folder in folders if folder.is_dir()), super().themes_dir)

    def init_handlers(self) -> list[Any]:
        """Return the handlers of Voilà with our own for the page."""
        return [
            (route, PageHandler if handler is TornadoVoilaHandler else handler, *rest)
            for route, handler, *rest in super().init_handlers()
        ]

    def listen(self) -> None:
        """Listen and serve until the process is told to stop; `on_listening` is called once it answers."""
        if self.on_listening is not None:
            IOLoop.current().add_callback(self.on_listening)
        super().listen()

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
        with contextlib.suppress(
            HTTPError
        ):  # one that a visitor had just asked for: it ends when we are gone
            # Without asking them first: Python that is still importing would answer with a traceback.
            await self.kernel_manager.shutdown_all(now=True)


def page_config(*, host: str, port: int, credits: dict[str, str], warm_kernels: int = 1) -> Config:
    """Return the configuration of the server for one analyst on their own machine.

    Parameters
    ----------
    host : str
        The address to listen on.
    port : int
        The port to listen on; it must be free.
    credits : dict of str to str
        How each store wants to be acknowledged, shown at the foot of the page.
    warm_kernels : int
        How many kernels wait with the page already drawn; each costs the memory of a session.
    """
    config = Config()
    config.Voila.ip = host
    config.Voila.port = port
    config.Voila.port_retries = 0  # a kernel that waits is told the port before the server listens
    config.Voila.open_browser = False
    config.Voila.log_level = logging.WARNING
    config.Voila.tornado_settings = {
        "headers": {"Content-Security-Policy": CONTENT_POLICY, "Referrer-Policy": "same-origin"},
        # Only requests that name this machine are answered, so no page elsewhere can reach in by its DNS.
        "allow_remote_access": False,
        "local_hostnames": ["localhost"],
        "ws_ping_timeout": 30_000,  # ms; tornado wants it no longer than the interval, and says so
    }

    config.VoilaConfiguration.template = "lightpool"
    config.VoilaConfiguration.theme = "light"
    config.VoilaConfiguration.allow_template_override = "NO"
    config.VoilaConfiguration.allow_theme_override = "NO"
    config.VoilaConfiguration.strip_sources = True
    config.VoilaConfiguration.show_tracebacks = False
    config.VoilaConfiguration.file_allowlist = []  # the notebook only, none of its neighbours
    config.VoilaConfiguration.extension_allowlist = WIDGET_EXTENSIONS
    config.VoilaConfiguration.kernel_spec_manager_class = OwnKernelSpecManager
    config.VoilaConfiguration.resources = {"lightpool": {"credits": credits}}
    config.VoilaExecutor.cell_error_instruction = "The terminal that started the dashboard says why."

    config.VoilaConfiguration.preheat_kernel = warm_kernels > 0
    config.VoilaConfiguration.default_pool_size = warm_kernels

    # The kernel's sockets can be reached by everyone on this machine: encrypt what goes through them.
    if KernelManager.class_traits().get("transport_encryption") is not None and zmq.has("curve"):
        config.KernelManager.transport_encryption = "auto"

    # A browser that crashed or lost its network says nothing; its kernel ends after ten idle minutes.
    config.MappingKernelManager.cull_idle_timeout = 600
    config.MappingKernelManager.cull_interval = 60
    config.MappingKernelManager.cull_connected = False
    return config


def run_server(notebook: Path, config: Config, *, on_listening: Callable[[], None]) -> None:
    """Serve the notebook until Ctrl-C or SIGTERM, then end every kernel."""
    server = PageServer.instance(  # the one application of the process: errors in a cell reach its log
        config=config,
        notebook_path=str(notebook),
        config_file_paths=[],  # a voila.json in the working directory is not ours
    )
    server.on_listening = on_listening
    server.log.addFilter(PlainLog())
    server.initialize([])
    server.start()
