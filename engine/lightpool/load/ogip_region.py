"""The circles of a FITS region table beside an OGIP spectrum."""

from __future__ import annotations

import numpy as np

from lightpool.dl3.table import Table
from lightpool.sky import Circle, TangentPlane, lonlat, to_icrs

#: Axes of the region's image, and the frame that they mean.
_FRAMES = {("RA---TAN", "DEC--TAN"): "icrs", ("GLON-TAN", "GLAT-TAN"): "galactic"}


def read_circles(table: Table) -> tuple[Circle, ...]:
    """Return the circles and points of a region table; other shapes, and other projections, are passed over.

    Where a spectrum was taken matters for what is drawn, never for what is fitted: nothing here
    is an error.
    """
    frame = _FRAMES.get((table.text("CTYPE1"), table.text("CTYPE2")))
    columns = ("SHAPE", "X", "Y", "R")
    if frame is None or not len(table) or not all(name in table for name in columns):
        return ()
    shape, x, y, radius = (np.asarray(table.column(name)) for name in columns)
    plane = TangentPlane(table.number("CRVAL1"), table.number("CRVAL2"), table.number("CDELT2"))
    # Pixels count from 0 in the table and from 1 in the header.
    first = [values.reshape(len(table), -1)[:, 0].astype(float) for values in (x, y, radius)]
    toward_west = (first[0] + 1 - table.number("CRPIX1")) * -table.number("CDELT1") / plane.pixel
    lon, lat = lonlat(plane.directions(toward_west, first[1] + 1 - table.number("CRPIX2")))
    circles = []
    for i, kind in enumerate(shape):
        name = str(kind).strip().lower()
        if name in ("circle", "point"):
            size = first[2][i] * plane.pixel if name == "circle" else 0.0
            circles.append(Circle(*to_icrs(float(lon[i]), float(lat[i]), frame), float(size)))
    return tuple(circles)
