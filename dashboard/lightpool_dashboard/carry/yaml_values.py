"""How values of the engine stand in a configuration."""

from __future__ import annotations

from typing import Any

from lightpool.exclusion import Exclusion
from lightpool.sky import Circle


def axis_of(low: float, high: float) -> dict[str, Any]:
    """Return the ends of an energy axis, TeV."""
    return {"min": with_unit(low, "TeV"), "max": with_unit(high, "TeV")}


def circle_of(region: Circle) -> dict[str, Any]:
    """Return a circle."""
    angles = {key: with_unit(getattr(region, key), "deg") for key in ("lon", "lat", "radius")}
    return {"frame": "icrs", **angles, "name": region.name or None}


def circles_of(exclusion: Exclusion) -> list[dict[str, Any]] | None:
    """Return the circles of an exclusion; None without any."""
    return [circle_of(region) for region in exclusion if isinstance(region, Circle)] or None


def with_unit(value: float | None, unit: str) -> str | None:
    """Return a number with its unit, to the last digit; None for none."""
    return None if value is None else f"{value!r} {unit}"
