"""The exclusion of a configuration: a mask image, a region file, or circles written inline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lightpool.config.paths import find
from lightpool.config.section import SkyCircle
from lightpool.errors import DataError, SettingsError
from lightpool.exclusion import Exclusion, ExclusionMask
from lightpool.sky import Circle, as_circle

_IMAGES = (".fits", ".fit", ".fits.gz", ".fit.gz")
_FORMATS = {".reg": "ds9", ".ds9": "ds9", ".crtf": "crtf"}


def read_exclusion(
    given: str | tuple[SkyCircle, ...] | None, *, where: str, beside: Path | None = None
) -> Exclusion:
    """Return circles and masks to exclude.

    Parameters
    ----------
    given : str or tuple of SkyCircle
        Value of ``datasets.background.exclusion``.
    where : str
        That key, for messages.
    beside : Path, optional
        Directory in which relative paths are looked up too.

    Raises
    ------
    SettingsError, DataError
        If the file is missing, of an unknown kind, or holds a shape that is no circle.
    """
    if given is None:
        return ()
    if isinstance(given, str):
        path = find(given, where=where, beside=beside)
        return (ExclusionMask.read(path),) if path.name.lower().endswith(_IMAGES) else read_regions(path)
    circles = (entry.circle(f"{where}[{i}]") for i, entry in enumerate(given))
    return tuple(_not_empty(entry, f"{where}[{i}]") for i, entry in enumerate(circles))


def read_regions(path: Path) -> tuple[Circle, ...]:
    """Return the circles of a region file: DS9 (``.reg``) or CRTF (``.crtf``).

    Raises
    ------
    SettingsError
        If the ending is not known or a shape is no circle.
    DataError
        If the file cannot be parsed or holds no region.
    """
    kind = _FORMATS.get(path.suffix.lower())
    if kind is None:
        raise SettingsError(
            "an exclusion file of this kind is not known",
            where=str(path),
            found=f"'{path.suffix}'",
            expected=f"a mask image ({', '.join(_IMAGES)}) or a region file ({', '.join(_FORMATS)})",
        )
    from regions import Regions
    from regions.io.crtf.core import CRTFRegionParserError

    try:
        regions: list[Any] = list(Regions.read(str(path), format=kind))
    except (CRTFRegionParserError, ValueError, KeyError, UnicodeDecodeError, OSError) as error:
        raise DataError("this region file cannot be read", where=str(path), found=str(error)) from None
    if not regions:
        raise DataError("this region file holds no region", where=str(path))
    circles = []
    for i, region in enumerate(regions, start=1):
        try:
            circles.append(as_circle(region))
        except SettingsError as error:
            raise SettingsError(
                error.what, where=f"{path}, region {i}", found=error.found, expected=error.expected
            ) from None
    return tuple(circles)


def _not_empty(circle: Circle | None, where: str) -> Circle:
    if circle is None:
        raise SettingsError("an excluded circle needs lon, lat and radius", where=where, found="nothing")
    return circle
