"""The configuration of Voilà for a service."""

from __future__ import annotations

import hashlib
import logging
from importlib.metadata import version
from typing import Any

import zmq
from jupyter_client.manager import KernelManager
from traitlets.config import Config

from lightpool_dashboard.kernels import OwnKernelSpecManager, PageKernels
from lightpool_dashboard.messages import PageConnection
from lightpool_dashboard.page_handlers import Strangers
from lightpool_dashboard.service import Service

CONTENT_POLICY = "; ".join(
    (
        # The browser itself refuses what would leave this host: scripts, styles, fonts, images, sockets.
        "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'",
        "connect-src 'self' ws: wss:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'none'",
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

MESSAGE_BYTES = 256 * 1024
"""The largest message that a page may send: a hundred times what a drag or a brush says."""


def edition() -> str:
    """Return a word that changes with what brings scripts to the page."""
    versions = (f"{name} {version(name)}" for name in ("voila", "ipywidgets", "jupyterlab-widgets", "bqplot"))
    return hashlib.sha256(" ".join(versions).encode()).hexdigest()[:12]


def voila_config(service: Service) -> Config:
    """Return the configuration of the server."""
    config = Config()
    config.Voila.ip = service.host
    config.Voila.port = service.port
    config.Voila.base_url = service.base_url
    config.Voila.open_browser = False
    config.Voila.log_level = logging.WARNING
    config.Voila.identity_provider_class = Strangers
    config.Voila.kernel_websocket_connection_class = PageConnection
    config.Voila.tornado_settings = _tornado_settings(service)

    config.VoilaConfiguration.template = "lightpool"
    config.VoilaConfiguration.theme = "light"
    config.VoilaConfiguration.allow_template_override = "NO"
    config.VoilaConfiguration.allow_theme_override = "NO"
    config.VoilaConfiguration.strip_sources = True
    config.VoilaConfiguration.show_tracebacks = False
    config.VoilaConfiguration.extension_allowlist = WIDGET_EXTENSIONS
    config.VoilaConfiguration.multi_kernel_manager_class = PageKernels
    config.VoilaConfiguration.kernel_spec_manager_class = OwnKernelSpecManager
    # The template asks whose guest it is.
    config.VoilaConfiguration.resources = {"lightpool_server": True, "lightpool_edition": edition()}
    config.VoilaExecutor.cell_error_instruction = "The log of the server says why."

    config.VoilaConfiguration.preheat_kernel = service.warm > 0
    config.VoilaConfiguration.default_pool_size = service.warm

    # The kernel's sockets can be reached by everyone on this machine: encrypt what goes through them.
    if KernelManager.class_traits().get("transport_encryption") is not None and zmq.has("curve"):
        config.KernelManager.transport_encryption = "auto"

    # A kernel that died has lost its widgets; a new one in its place would have nothing to show.
    config.KernelRestarter.restart_limit = 0
    idle_s = max(1, round(60 * service.idle_minutes))
    config.MappingKernelManager.cull_idle_timeout = idle_s
    config.MappingKernelManager.cull_interval = max(1, min(30, idle_s // 4))
    config.MappingKernelManager.cull_connected = service.public
    config.MappingKernelManager.allow_tracebacks = False
    return config


def _tornado_settings(service: Service) -> dict[str, Any]:
    return {
        "headers": {
            "Content-Security-Policy": CONTENT_POLICY,
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        },
        # Only requests under a name of this server are answered, so no page elsewhere can reach in by its
        # DNS. What the public may see anyhow needs no such care.
        "allow_remote_access": service.public and not service.hosts,
        "local_hostnames": ["localhost", *service.hosts],
        # ms. The first ping goes out after an interval, so a timeout no longer than that ends every
        # connection then, and what the page says at that moment is lost.
        "ws_ping_interval": 30_000,
        "ws_ping_timeout": 90_000,
        "websocket_max_message_size": MESSAGE_BYTES,
    }
