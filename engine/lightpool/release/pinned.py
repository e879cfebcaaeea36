"""What belongs to a release: its files, their checksums and their home."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files as package_files
from pathlib import Path
from types import MappingProxyType

from lightpool.errors import SettingsError

#: The index files of a store, in the order in which they may appear: rows of the first that the second
#: does not know do no harm.
INDEX = ("hdu-index.fits.gz", "obs-index.fits.gz")

#: Releases by name, and the folder at their public home, pinned to one commit.
RELEASES: Mapping[str, str] = MappingProxyType(
    {
        "hess-dl3-dr1": "https://raw.githubusercontent.com/gammapy/gammapy-data/"
        "fbafe93016c65778594289fc1127ca25a6e7d742/hess-dl3-dr1/",
    }
)


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """One file as it must be.

    Parameters
    ----------
    sha256 : str
        In hexadecimal digits.
    size : int, bytes

    Examples
    --------
    >>> from lightpool.release import Release
    >>> Release.find("hess-dl3-dr1").files["README.txt"].size
    1184
    """

    sha256: str
    size: int


@dataclass(frozen=True)
class Release:
    """A store that is published: its name, its home and every file with its checksum.

    Parameters
    ----------
    name : str
    url : str
        The folder that the file names continue; it ends with a slash.
    files : mapping of str to PinnedFile
        By the path within the store.

    Examples
    --------
    >>> release = Release.find("hess-dl3-dr1")
    >>> len(release.files), release.size // 1_000_000, release.documents
    (109, 62, ('README.md', 'README.txt'))
    """

    name: str
    url: str
    files: Mapping[str, PinnedFile]

    @classmethod
    def find(cls, name: str) -> Release:
        """Return a release that this version of Lightpool knows.

        Parameters
        ----------
        name : str
            One of `RELEASES`.

        Raises
        ------
        SettingsError
            For a name it does not know.
        """
        if name not in RELEASES:
            near = get_close_matches(name, RELEASES, n=1, cutoff=0.4)
            raise SettingsError(
                "no such data release",
                found=repr(name),
                expected=", ".join(RELEASES),
                remedy=f"Did you mean {near[0]!r}?" if near else None,
            )
        text = (package_files("lightpool.release") / f"{name}.txt").read_text(encoding="ascii")
        rows = (line.split() for line in text.splitlines())
        return cls(name, RELEASES[name], {path: PinnedFile(sha, int(size)) for path, sha, size in rows})

    @classmethod
    def of(cls, folder: Path, url: str, *, name: str | None = None) -> Release:
        """Return a store's files as a release: this is how a registry is made.

        Parameters
        ----------
        folder : Path
            A store.
        url : str
            Where it will be served.
        name : str, optional
            By default that of the folder.
        """
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        found = {
            path.relative_to(folder).as_posix(): PinnedFile(
                hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size
            )
            for path in paths
        }
        return cls(name or folder.name, url.rstrip("/") + "/", found)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files.values())

    @property
    def documents(self) -> tuple[str, ...]:
        """The files that go with every copy, as the terms of use do."""
        return tuple(name for name in self.files if "/" not in name and name not in INDEX)

    @property
    def edition(self) -> str:
        """A digest of the whole list, by which an older one is told from this."""
        return hashlib.sha256(self.registry().encode()).hexdigest()[:16]

    def registry(self) -> str:
        """Return the list as it is kept in the package: a line of path, SHA-256 and bytes for each file."""
        return "".join(f"{path} {file.sha256} {file.size}\n" for path, file in self.files.items())
