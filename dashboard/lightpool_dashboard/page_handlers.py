"""What the server answers: the page, the traffic with its kernel, and nothing to anybody else."""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Callable
from typing import Any

from jupyter_server.auth import IdentityProvider, User
from jupyter_server.base.handlers import APIHandler, FileFindHandler
from jupyter_server.services.kernels.handlers import KernelHandler
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from jupyterlab_server.themes_handler import ThemesHandler
from tornado.iostream import StreamBufferFullError
from tornado.web import HTTPError, RequestHandler, authenticated
from tornado.websocket import WebSocketClosedError
from voila.request_info_handler import RequestInfoSocketHandler
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.static_file_handler import MultiStaticFileHandler, TemplateStaticFileHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from lightpool_dashboard.messages import V1
from lightpool_dashboard.visitors import CROWDED, Place, Refused, Visitors

COOKIE = "lightpool"

#: How much may wait for a page that is slow to read: some fifty pictures of everything.
UNREAD_BYTES = 32 << 20


class Strangers(IdentityProvider):
    """Lets everybody in and gives them no name, so that no cookie follows them around."""

    def get_user(self, handler: RequestHandler) -> User:
        """Return the one user there is."""
        return User(username="visitor")


def address_of(remote: str | None) -> str:
    """Return what counts as one address: all of IPv4, the network of IPv6, of which a household has one.

    Examples
    --------
    >>> address_of("192.0.2.7"), address_of("2001:db8:1:2:3:4:5:6")
    ('192.0.2.7', '2001:db8:1:2::/64')
    """
    try:
        address = ipaddress.ip_address(remote or "")
    except ValueError:
        return ""
    return str(address if address.version == 4 else ipaddress.ip_network((address, 64), strict=False))


class Arrival:
    """The kernels as one request sees them: that which it gets becomes its visitor's.

    Parameters
    ----------
    kernels : PageKernels
    settle : callable
        Is told the kernel's id before any of the page is sent.
    """

    def __init__(self, kernels: Any, settle: Callable[[str], None]) -> None:
        self._kernels, self._settle = kernels, settle

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kernels, name)

    async def get_rendered_notebook(self, **options: Any) -> Any:
        """Take a warm kernel."""
        task, html, kernel_id = await self._kernels.get_rendered_notebook(**options)
        self._settle(kernel_id)
        return task, html, kernel_id

    async def start_kernel(self, **options: Any) -> str:
        """Start a kernel."""
        kernel_id: str = await self._kernels.start_kernel(**options)
        self._settle(kernel_id)
        return kernel_id


class WithVisitors:
    """What tells visitors apart: a cookie for each kernel, sent back with what concerns that kernel only."""

    settings: dict[str, Any]

    @property
    def visitors(self) -> Visitors:
        """All who have a kernel."""
        return self.settings["lightpool_visitors"]

    def is_own(self, kernel_id: str) -> bool:
        """Return whether the request comes from the page that has this kernel."""
        return self.visitors.knows(kernel_id, self.get_cookie(COOKIE, ""))  # type: ignore[attr-defined]

    def require_own(self, kernel_id: str) -> None:
        """Answer that there is no such kernel, unless the page has it."""
        if not self.is_own(kernel_id):
            raise HTTPError(404)


class PageHandler(WithVisitors, TornadoVoilaHandler):
    """Answers the page with a kernel for it; or, where there is none, a page that says so."""

    _arrival: Arrival | None = None
    _kernel_id = ""

    @property
    def kernel_manager(self) -> Any:
        """The kernels; while a page is being answered, as this visitor sees them."""
        return self._arrival or super().kernel_manager

    @authenticated
    async def get(self, path: str | None = None) -> None:
        """Answer as Voilà does, to as many visitors as there are places."""
        if path:
            raise HTTPError(404)
        kernels = self.settings["kernel_manager"]
        try:
            with self.visitors.place(address_of(self.request.remote_ip)) as place:
                self._arrival = Arrival(kernels, functools.partial(self._settle, place))
                async for html in self.get_generator():
                    if self._kernel_id not in kernels:
                        return  # it died, and Voilà would wait for ever; the page says what it lacks
                    self.write(html)
                    self.flush()
        except Refused as refused:
            self.set_status(503)
            self.set_header("Retry-After", str(refused.retry_s))
            self.set_header("Cache-Control", "no-store")
            self.finish(self.render_template("full.html", sentence=refused.sentence, retry_s=refused.retry_s))
        finally:
            kernels.keep_warm()
            # What Voilà keeps for kernels that ask who came; ours do not, and it would stay for ever.
            RequestInfoSocketHandler._cache.clear()

    def _settle(self, place: Place, kernel_id: str) -> None:
        if kernel_id not in self.settings["kernel_manager"]:
            raise HTTPError(500, "the kernel ended before its visitor came")
        self._kernel_id = kernel_id
        self.set_cookie(
            COOKIE,
            self.visitors.settle(place, kernel_id),
            path=f"{self.base_url}api/kernels/{kernel_id}",
            httponly=True,
            samesite="Strict",
            secure=self.request.protocol == "https",
        )


class OwnKernelHandler(WithVisitors, KernelHandler):
    """Tells a visitor of the state of their own kernel."""

    SUPPORTED_METHODS = ("GET",)

    async def prepare(self, **options: Any) -> None:
        """Refuse the kernels of others."""
        await super().prepare(**options)
        self.require_own(self.path_kwargs["kernel_id"])


class OwnChannelsHandler(WithVisitors, KernelWebsocketHandler):
    """The websocket between a page and its kernel."""

    async def pre_get(self) -> None:
        """Refuse the kernels of others, other protocols, and more connections than a page needs."""
        self.require_own(self.kernel_id)
        if V1 not in self.request.headers.get("Sec-WebSocket-Protocol", ""):
            raise HTTPError(400)
        if not self.visitors.may_connect(self.kernel_id):
            raise HTTPError(429)
        await super().pre_get()

    async def open(self, kernel_id: str) -> None:
        """Note the connection, then make it."""
        self.visitors.connect(kernel_id, self)
        self._socket.max_write_buffer_size = UNREAD_BYTES
        await super().open(kernel_id)

    @property
    def _socket(self) -> Any:
        return self.ws_connection.stream  # type: ignore[union-attr]

    def on_message(self, ws_message: Any) -> None:
        """Pass a message on, unless the page says more than a page would."""
        if self.visitors.spend(self.kernel_id):
            super().on_message(ws_message)
        else:
            self.close(CROWDED)

    def write_message(self, message: Any, binary: bool = False) -> Any:
        """Send a message; that a page closes before it has it is no error."""
        try:
            sent = super().write_message(message, binary)
        except WebSocketClosedError:
            return None
        except StreamBufferFullError:
            self._socket.close()  # the page does not read what it is sent, and the server cannot keep it
            return None
        sent.add_done_callback(lambda done: done.cancelled() or done.exception())
        return sent

    def write_error(self, status_code: int, **options: Any) -> None:
        """Answer a refusal without a page: no eye reads it."""
        self.finish()

    def on_close(self) -> None:
        """Note the end of the connection."""
        self.visitors.disconnect(self.kernel_id, self)
        super().on_close()


class FarewellHandler(WithVisitors, APIHandler):
    """Ends the kernel of a page that is being closed."""

    def check_xsrf_cookie(self) -> None:
        """Need no token: no other site knows the kernel, nor does a browser send its cookie from there."""

    @authenticated
    async def post(self, kernel_id: str) -> None:
        """End it; a second farewell does nothing."""
        if self.is_own(kernel_id):
            await self.kernel_manager.shutdown_kernel(kernel_id)
        self.clear_cookie(COOKIE, path=f"{self.base_url}api/kernels/{kernel_id}")
        self.set_status(204)
        self.finish()


class IdleFarewellHandler(APIHandler):
    """Hears out the farewell of Voilà's own, which comes without the cookie; ours does the work."""

    def check_xsrf_cookie(self) -> None:
        """Need no token for nothing."""

    @authenticated
    async def post(self, kernel_id: str) -> None:
        """Do nothing."""
        self.set_status(204)
        self.finish()


class TemplateFilesHandler(TemplateStaticFileHandler):
    """The style sheets of the template."""

    def parse_url_path(self, path: str) -> str:
        """Answer that there is no such file to what could not be the address of one."""
        if not re.fullmatch(r"[a-z]+/static/[\w./-]+", path, re.ASCII):
            raise HTTPError(404)
        return super().parse_url_path(path)


class Lasting:
    """Lets browsers keep what they were given: its address holds the edition."""

    def set_extra_headers(self, path: str) -> None:
        """Say so."""
        self.set_header("Cache-Control", "public, max-age=31536000, immutable")  # type: ignore[attr-defined]


class LastingFilesHandler(Lasting, MultiStaticFileHandler):
    """The scripts of Voilà."""


class LastingExtensionsHandler(Lasting, FileFindHandler):
    """The scripts of the widgets."""


class RobotsHandler(RequestHandler):
    """Asks search engines to stay away: each of their visits would cost a kernel."""

    def get(self) -> None:
        """Answer robots.txt."""
        self.set_header("Content-Type", "text/plain")
        self.finish("User-agent: *\nDisallow: /\n")


#: Who answers what Voilà offers; what is not here is not answered.
HANDLERS: dict[type, type] = {
    TornadoVoilaHandler: PageHandler,
    KernelHandler: OwnKernelHandler,
    VoilaKernelWebsocketHandler: OwnChannelsHandler,
    VoilaShutdownKernelHandler: IdleFarewellHandler,
    TemplateStaticFileHandler: TemplateFilesHandler,
    MultiStaticFileHandler: MultiStaticFileHandler,
    ThemesHandler: ThemesHandler,
    FileFindHandler: FileFindHandler,
}
