"""Circles as a FITS region table: pixels of a small tangent-plane image about the ON region."""

from __future__ import annotations

import numpy as np
from astropy.io import fits

from lightpool.export.provenance import CREATOR
from lightpool.sky import Circle, TangentPlane, unit_vectors

_PIXEL = 0.1  # deg
_SIDE = 4


def region_hdu(circles: tuple[Circle, ...], *, centre: Circle) -> fits.BinTableHDU:
    """Return the REGION extension of some circles.

    Parameters
    ----------
    circles : tuple of Circle
    centre : Circle
        Its centre is that of the image; pixels count from 0 at the middle of the first.
    """
    plane = TangentPlane(centre.lon, centre.lat, _PIXEL)
    x, y = plane.project(unit_vectors([c.lon for c in circles], [c.lat for c in circles]))
    middle = (_SIDE - 1) / 2
    columns = [
        fits.Column("SHAPE", "6A", array=["circle" if c.radius > 0 else "point" for c in circles]),
        fits.Column("X", "D", "pix", array=x + middle),
        fits.Column("Y", "D", "pix", array=y + middle),
        fits.Column("R", "D", "pix", array=[c.radius / _PIXEL for c in circles]),
        fits.Column("ROTANG", "D", "deg", array=np.zeros(len(circles))),
    ]
    header = fits.Header(
        {
            "WCSAXES": 2, "CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CUNIT1": "deg", "CUNIT2": "deg",
            "CRVAL1": centre.lon, "CRVAL2": centre.lat, "CRPIX1": middle + 1, "CRPIX2": middle + 1,
            "CDELT1": -_PIXEL, "CDELT2": _PIXEL, "LONPOLE": 180.0, "LATPOLE": centre.lat,
            "RADESYS": "ICRS", "WCSSHAPE": f"({_SIDE},{_SIDE})", "CREATOR": CREATOR,
        }
    )  # fmt: skip
    return fits.BinTableHDU.from_columns(columns, header, name="REGION")
