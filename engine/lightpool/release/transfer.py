"""One file over a network that may fail at any byte: what has arrived is kept, and a later try goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from lightpool.errors import DownloadError
from lightpool.release.pinned import PinnedFile

if TYPE_CHECKING:
    from requests import Response

_CHUNK = 16384
_AGAIN = "What has arrived is kept: the same command goes on where this one stopped"
_MIRROR = "--mirror URL names another place that has the files"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a transfer bears with a bad network.

    Parameters
    ----------
    attempts : int
        Tries in a row that bring nothing new before it gives up.
    pause : float, s
        Before the second try; it doubles with each further one.
    timeout : float, s
        For the connection, and between two pieces of a file.

    Examples
    --------
    >>> Patience(attempts=2, timeout=5.0)
    Patience(attempts=2, pause=1.0, timeout=5.0)
    """

    attempts: int = 5
    pause: float = 1.0
    timeout: float = 30.0


class WrongContentError(ValueError):
    """What arrived is not the file; pooch then asks once more."""


class _Passing(Exception):
    """A failure that may be gone at the next try."""


class Transfer:
    """Fetches files as pooch asks for them.

    Parameters
    ----------
    parts : Path
        Folder of what has arrived in part, under the checksum of the whole: a part of an older edition
        is never continued with a newer one.
    files : mapping of address to PinnedFile
    patience : Patience
    advance : callable
        Is told how many bytes of the present file are there.
    """

    def __init__(
        self,
        parts: Path,
        files: dict[str, PinnedFile],
        patience: Patience,
        advance: Callable[[int], None] = lambda size: None,
    ) -> None:
        import requests

        self._parts, self._files, self._patience, self.advance = parts, files, patience, advance
        self._session = requests.Session()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def __call__(self, url: str, output_file: str, pooch: Any) -> None:
        """Write the file at an address to a path, whole.

        Raises
        ------
        DownloadError
            When the server does not have it, or patience is at its end.
        WrongContentError
            When what came is another file.
        """
        pinned = self._files[url]
        self._parts.mkdir(parents=True, exist_ok=True)
        part = self._parts / f"{pinned.sha256}.part"
        if url.startswith("file:"):
            self._copy(url, part)
        else:
            self._persist(url, part, pinned)
        from pooch import file_hash

        found = file_hash(str(part))
        size = _size(part)
        if found != pinned.sha256:
            part.unlink()
            raise WrongContentError(f"{size} bytes with SHA-256 {found[:12]}...")
        part.replace(output_file)

    def _copy(self, url: str, part: Path) -> None:
        from urllib.request import url2pathname

        source = Path(url2pathname(urlsplit(url).path))
        try:
            content = source.read_bytes()
        except OSError as error:
            raise DownloadError(
                "the mirror does not have this file", where=str(source), found=error.strerror
            ) from None
        part.write_bytes(content)
        self.advance(len(content))

    def _persist(self, url: str, part: Path, pinned: PinnedFile) -> None:
        best, idle = _size(part), 0
        while best < pinned.size:
            try:
                self._continue(url, part, pinned)
            except _Passing as failure:
                idle = 0 if _size(part) > best else idle + 1
                if idle >= self._patience.attempts:
                    raise DownloadError(
                        str(failure), where=url, found=f"no change in {idle} tries", remedy=_AGAIN
                    ) from None
                time.sleep(self._patience.pause * 2 ** max(idle - 1, 0))
            best = max(best, _size(part))

    def _continue(self, url: str, part: Path, pinned: PinnedFile) -> None:
        from requests import ConnectionError as NoConnection
        from requests import RequestException, Timeout
        from urllib3.exceptions import HTTPError

        have = _size(part)
        # Not compressed on the way: the bytes of a .fits.gz are the file.
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        wait = self._patience.timeout
        try:
            with self._session.get(url, headers=headers, stream=True, timeout=wait) as answer:
                if answer.status_code == 416:
                    part.unlink()  # it cannot be continued there
                    raise _Passing("the server refuses to continue a file")
                start = _first_byte(answer, have)
                self._receive(answer, part, start, pinned)
        except Timeout:
            raise _Passing(f"the server has not answered for {wait:g} s") from None
        except (NoConnection, HTTPError) as error:
            raise _Passing(_reason(error)) from None
        except RequestException as error:
            raise DownloadError("this is no address to fetch from", where=url, found=str(error)) from None

    def _receive(self, answer: Response, part: Path, start: int, pinned: PinnedFile) -> None:
        size = start
        with part.open("ab" if start else "wb") as out:
            for chunk in answer.raw.stream(_CHUNK, decode_content=False):
                out.write(chunk)
                size += len(chunk)
                self.advance(min(size, pinned.size))
                if size > pinned.size:
                    break  # another file: its checksum will say so
        if size >= pinned.size:
            return
        if start == 0 and answer.headers.get("Content-Length") == str(
            size
        ):  # all that the server meant to send
            part.unlink()
            page = answer.headers.get("Content-Type", "").startswith("text/html")
            raise WrongContentError("a web page" if page else f"{size} bytes")
        raise _Passing(f"the connection broke off after {size} of {pinned.size} bytes")


def _first_byte(answer: Response, have: int) -> int:
    """Return where in the file the answer starts.

    Raises
    ------
    DownloadError
        When asking again would not help.
    """
    status = answer.status_code
    if status == 206:
        started = answer.headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
        if started == str(have):
            return have
        raise DownloadError("the server sent another piece than asked for", where=answer.url, found=started)
    if status == 200:
        return 0
    if status in (408, 425, 429) or status >= 500:
        raise _Passing(f"the server answers {status} {answer.reason}")
    if status == 404:
        raise DownloadError("the server does not have this file (404)", where=answer.url, remedy=_MIRROR)
    raise DownloadError(
        "the server does not give this file",
        where=answer.url,
        found=f"{status} {answer.reason}",
        remedy=_MIRROR,
    )


def _reason(error: Exception) -> str:
    """Return in words why there was no connection, from the exception at the bottom of the pile."""
    text = repr(error)
    if "NameResolution" in text or "getaddrinfo" in text:
        return "the name of the server cannot be resolved: there may be no network"
    if "SSL" in text or "CERTIFICATE" in text:
        return "the certificate of the server cannot be trusted"
    if "ProxyError" in text:
        return "the proxy cannot be reached (HTTPS_PROXY)"
    if "refused" in text:
        return "the server refuses the connection"
    if "unreachable" in text:
        return "the network is unreachable"
    return "the connection broke off"


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
