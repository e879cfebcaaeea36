"""Circles as a FITS region table: pixels of a small tangent-plane image about the ON region."""

from __future__ import annotations

import numpy as np

from lightpool.export.provenance import CREATOR
from lightpool.fits_table import Column, table_bytes
from lightpool.sky import Circle, TangentPlane, unit_vectors

_PIXEL = 0.1  # deg
_SIDE = 4


def region_table(circles: tuple[Circle, ...], *, centre: Circle) -> bytes:
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
        Column("SHAPE", np.array(["circle" if c.radius > 0 else "point" for c in circles], dtype="U6")),
        Column("X", x + middle, "pix"),
        Column("Y", y + middle, "pix"),
        Column("R", np.array([c.radius / _PIXEL for c in circles]), "pix"),
        Column("ROTANG", np.zeros(len(circles)), "deg"),
    ]
    keys = {
        "WCSAXES": 2, "CTYPE1": "RA---TAN", "CTYPE2": "DEC--TAN", "CUNIT1": "deg", "CUNIT2": "deg",
        "CRVAL1": centre.lon, "CRVAL2": centre.lat, "CRPIX1": middle + 1, "CRPIX2": middle + 1,
        "CDELT1": -_PIXEL, "CDELT2": _PIXEL, "LONPOLE": 180.0, "LATPOLE": centre.lat,
        "RADESYS": "ICRS", "WCSSHAPE": f"({_SIDE},{_SIDE})", "CREATOR": CREATOR,
    }  # fmt: skip
    return table_bytes("REGION", columns, keys)
