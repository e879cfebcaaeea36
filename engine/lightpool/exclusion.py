"""Where the sky may not serve as background: masks on a pixel grid, and circles."""

from __future__ import annotations

import gzip
import warnings
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lightpool.errors import DataError, SettingsError
from lightpool.plain_fits import plain_hdus
from lightpool.sky import Circle, TangentPlane, as_circle, lonlat, to_galactic, unit_vectors


@dataclass(frozen=True, eq=False)
class ExclusionMask:
    """An image of the sky that says where background may be taken.

    Parameters
    ----------
    allowed : ndarray, shape (ny, nx), bool
        True where background may be taken.
    wcs : astropy WCS or TangentPlane
        The projection; for a `TangentPlane` its centre is the middle of the image.
    name : str

    Examples
    --------
    >>> mask = ExclusionMask.from_circles([lp.circle(83.6, 22, 0.5)], lon=83.6, lat=22)
    >>> from lightpool.sky import unit_vectors
    >>> mask.excludes(unit_vectors([83.6, 84.6], [22, 22]))
    array([ True, False])
    """

    allowed: np.ndarray
    wcs: Any
    name: str = "exclusion mask"

    @classmethod
    def read(cls, path: str | Path) -> ExclusionMask:
        """Return the mask of a FITS image; a pixel that is zero or False is excluded.

        Parameters
        ----------
        path : path

        Raises
        ------
        DataError
            If the file is missing, is no FITS file or holds no two-dimensional image.
        """
        path = Path(path)
        if not path.is_file():
            raise DataError("exclusion mask does not exist", where=str(path), remedy="Check the path")
        if (plain := _plain_image(path)) is not None:
            return cls(plain[0], plain[1], path.name)
        from astropy.io import fits

        try:
            # astropy only warns of a file that ends too early; what it then reads is not the mask.
            with warnings.catch_warnings(record=True) as heard:
                warnings.simplefilter("always")
                with fits.open(path, memmap=False) as hdus:
                    hdu = next((h for h in hdus if h.is_image and h.data is not None), None)
                    data, header = (None, None) if hdu is None else (np.squeeze(hdu.data), hdu.header)
        except (OSError, EOFError, ValueError, TypeError) as error:
            raise DataError("exclusion mask cannot be read", where=str(path), found=str(error)) from error
        cut = [str(w.message) for w in heard if "truncated" in str(w.message)]
        if cut:
            raise DataError("exclusion mask cannot be read", where=str(path), found=cut[0])
        if data is None or data.ndim != 2:
            raise DataError(
                "exclusion mask is no image",
                where=str(path),
                found="no image" if data is None else f"{data.ndim} dimensions",
                expected="a two-dimensional image with a WCS",
            )
        wcs = _plain_tangent_plane(header) or _celestial_wcs(header, path)
        return cls(np.nan_to_num(data) != 0, wcs, path.name)

    @classmethod
    def from_circles(
        cls, circles: Iterable[Any], *, lon: float, lat: float, npix: int = 150, pixel: float = 0.05
    ) -> ExclusionMask:
        """Return a square tangent-plane mask around a position, in which the circles are excluded.

        Parameters
        ----------
        circles : iterable of Circle or circles of the `regions` package
        npix : int
            Pixels along each side.
        pixel : float, deg
        lon, lat : float, deg, ICRS
            Of the centre.
        """
        plane = TangentPlane(lon, lat, pixel)
        grid = np.arange(npix) - (npix - 1) / 2
        x, y = np.meshgrid(grid, grid)
        px_lon, px_lat = lonlat(plane.directions(x, y))
        excluded = np.zeros((npix, npix), dtype=bool)
        for region in circles:
            excluded |= as_circle(region).contains(px_lon, px_lat)
        return cls(~excluded, plane)

    def excludes(self, vectors: np.ndarray) -> np.ndarray:
        """Return which directions fall on an excluded pixel, by the nearest pixel.

        Directions outside the image are not excluded.

        Parameters
        ----------
        vectors : ndarray, shape (n, 3)
            Unit vectors.

        Returns
        -------
        ndarray, shape (n,), bool
        """
        x, y = self._pixels(vectors)
        with np.errstate(invalid="ignore"):
            column, row = np.rint(x), np.rint(y)
            inside = (
                (column >= 0) & (column < self.allowed.shape[1]) & (row >= 0) & (row < self.allowed.shape[0])
            )
        out = np.zeros(len(vectors), dtype=bool)
        out[inside] = ~self.allowed[row[inside].astype(int), column[inside].astype(int)]
        return out

    def _pixels(self, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if isinstance(self.wcs, TangentPlane):
            x, y = self.wcs.project(vectors)
            ny, nx = self.allowed.shape
            return x + (nx - 1) / 2, y + (ny - 1) / 2
        is_galactic = self.wcs.wcs.lngtyp.strip() == "GLON"
        lon, lat = lonlat(to_galactic(vectors) if is_galactic else vectors)
        return self.wcs.all_world2pix(lon, lat, 0)


def _plain_image(path: Path) -> tuple[np.ndarray, TangentPlane] | None:
    """Return mask and projection of the commonest kind of file; None for others and damaged ones."""
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        return None
    images = (hdu for hdu in plain_hdus(content) or () if not hdu.is_table and hdu.image is not None)
    hdu = next(images, None)
    if hdu is None or hdu.image is None or hdu.image.ndim != 2:
        return None
    plane = _plain_tangent_plane(hdu.header)
    return None if plane is None else (np.nan_to_num(hdu.image) != 0, plane)


def _plain_tangent_plane(header: Any) -> TangentPlane | None:
    """Return the projection of an upright ICRS tangent-plane image centred on its reference point, else None.

    That is what most masks are, and it needs no WCS package.
    """
    nx, ny = header.get("NAXIS1"), header.get("NAXIS2")
    plain = (
        header.get("NAXIS") == 2
        and (header.get("CTYPE1"), header.get("CTYPE2")) == ("RA---TAN", "DEC--TAN")
        and header.get("RADESYS", "ICRS") == "ICRS"
        and (header.get("CUNIT1", "deg"), header.get("CUNIT2", "deg")) == ("deg", "deg")
        and (header.get("CRPIX1"), header.get("CRPIX2")) == ((nx + 1) / 2, (ny + 1) / 2)
        and header.get("CDELT2", 0) > 0
        and header.get("CDELT1") == -header["CDELT2"]
        and header.get("LONPOLE", 180.0) == 180.0
        and not any(
            key.startswith(("PC", "CD1_", "CD2_", "CROTA", "PV", "SIP", "A_", "B_")) for key in header
        )
    )
    return TangentPlane(header["CRVAL1"], header["CRVAL2"], header["CDELT2"]) if plain else None


def _celestial_wcs(header: Any, path: Path) -> Any:
    from astropy.wcs import WCS

    wcs = WCS(header).celestial
    if not wcs.has_celestial:
        raise DataError("exclusion mask has no sky coordinates", where=str(path), expected="a celestial WCS")
    return wcs


#: Circles and masks that together say what is excluded.
Exclusion = tuple[Circle | ExclusionMask, ...]


def as_exclusion(given: Any) -> Exclusion:
    """Return a tuple of circles and masks from one or many circles, regions or masks.

    Raises
    ------
    SettingsError
        For anything else.
    """
    if given is None:
        return ()
    items: Sequence[Any] = tuple(given) if isinstance(given, list | tuple) else (given,)
    if any(isinstance(item, str | Path) for item in items):
        raise SettingsError(
            "exclusion must be circles or masks",
            found=repr(given),
            expected="circles, or ExclusionMask.read(path)",
        )
    return tuple(item if isinstance(item, ExclusionMask) else as_circle(item) for item in items)


def excludes(exclusion: Exclusion, vectors: np.ndarray) -> np.ndarray:
    """Return which unit vectors, shape (n, 3), are excluded by any circle or mask."""
    out = np.zeros(len(vectors), dtype=bool)
    for item in exclusion:
        if isinstance(item, ExclusionMask):
            out |= item.excludes(vectors)
        else:
            centre = unit_vectors(item.lon, item.lat)
            chord = 2 * np.sin(np.radians(item.radius) / 2)
            out |= np.sum((vectors - centre) ** 2, axis=1) < chord**2
    return out
