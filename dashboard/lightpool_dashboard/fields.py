"""Well-known fields: what to leave out of the background when a target lies in one of them."""

from __future__ import annotations

from dataclasses import dataclass

from lightpool.sky import Circle, separation


@dataclass(frozen=True)
class Field:
    """A place on the sky and the circles that are excluded there by default.

    Parameters
    ----------
    name : str
    lon, lat, radius : float, deg
        Targets inside this circle are of the field.
    exclusion : tuple of Circle
    """

    name: str
    lon: float
    lat: float
    radius: float
    exclusion: tuple[Circle, ...]


FIELDS = (
    Field(
        name="Crab",
        lon=83.633,
        lat=22.014,
        radius=0.2,
        # Around RGB J0521+212, the exclusion of the published analysis of these runs.
        # (l 183.604, b -8.708 deg), short enough to be read in scripts.
        exclusion=(Circle(80.441724, 21.214614, 0.5, "RGB J0521+212"),),
    ),
)


def field_at(lon: float, lat: float) -> Field | None:
    """Return the well-known field of a direction (deg), or None."""
    for field in FIELDS:
        if separation(field.lon, field.lat, lon, lat) < field.radius:
            return field
    return None
