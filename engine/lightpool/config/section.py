"""The base of all sections, and those that hold one value: a range, an axis, a place on the sky."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from lightpool.axes import energy_edges
from lightpool.config.fields import Angle, Count, Energy, Text, Utc
from lightpool.errors import SettingsError
from lightpool.sky import Circle, circle


class Section(BaseModel):
    """A part of the file: frozen, and closed to keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: Keys that are written only when they are set, so that a file which uses none of them
    #: (they are additions of ours, or options of one method) can be read elsewhere too.
    written_when_set: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _empty_means_default(cls, value: Any) -> Any:
        return {} if value is None else value

    @model_serializer(mode="wrap")
    def _without_unused(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        values = handler(self)
        unused = {key for key in self.written_when_set if not self.differs(key)}
        return {key: value for key, value in values.items() if key not in unused}

    def differs(self, key: str) -> bool:
        """Return whether a key has another value than its default."""
        return bool(getattr(self, key) != type(self).model_fields[key].get_default(call_default_factory=True))

    @property
    def is_set(self) -> bool:
        """Whether any key differs from its default."""
        return any(self.differs(key) for key in type(self).model_fields)


def _components(value: Any) -> Any:
    listed = value.get("components") if isinstance(value, Mapping) else value
    if value is not None and not (isinstance(listed, list) and all(isinstance(c, Mapping) for c in listed)):
        raise SettingsError("these are no models", found=repr(value), expected="a list of components")
    return value


#: Model components in the schema of a model file: a list, or a mapping with ``components``.
Components = Annotated[Any, AfterValidator(_components)]


class EnergyRange(Section):
    """Two energies (TeV); a missing one leaves its side open."""

    min: Energy | None = None
    max: Energy | None = None

    def limits(self, where: str) -> tuple[float | None, float | None] | None:
        """Return (low, high) in TeV, None for an open side, or None when neither is set.

        Raises
        ------
        SettingsError
            If nothing can lie between them.
        """
        if self.min is None and self.max is None:
            return None
        if self.min is not None and self.max is not None and not self.min < self.max:
            raise SettingsError(
                "the range is empty", where=where, found=f"{self.min:g} TeV to {self.max:g} TeV"
            )
        return self.min, self.max


class EnergyAxis(EnergyRange):
    """Logarithmic energy edges (TeV): a range with `nbins` in all, or `nbins_per_decade`."""

    written_when_set = frozenset({"nbins_per_decade"})

    nbins: Count | None = None
    nbins_per_decade: float | None = None

    def edges(self, where: str) -> np.ndarray:
        """Return the edges in TeV, shape (bins + 1,).

        Raises
        ------
        SettingsError
            Naming the key below `where` that is missing or wrong.
        """
        for key in ("min", "max"):
            if getattr(self, key) is None:
                raise SettingsError("an energy axis needs this key", where=f"{where}.{key}", found="nothing")
        if self.nbins is None and self.nbins_per_decade is None:
            raise SettingsError(
                "an energy axis needs nbins or nbins_per_decade", where=where, found="neither"
            )
        try:
            return energy_edges(self.min, self.max, n=self.nbins, per_decade=self.nbins_per_decade)
        except SettingsError as error:
            raise SettingsError(error.what, where=where, found=error.found, expected=error.expected) from None


class SkyPoint(Section):
    """A direction (deg) in a named frame."""

    frame: Text | None = None
    lon: Angle | None = None
    lat: Angle | None = None

    def direction(self, where: str) -> tuple[float, float] | None:
        """Return lon and lat in ICRS, or None when neither is set.

        Raises
        ------
        SettingsError
            Naming the key below `where` that is missing or wrong.
        """
        if self.lon is None and self.lat is None:
            return None
        for key in ("lon", "lat"):
            if getattr(self, key) is None:
                raise SettingsError("a position needs this key", where=f"{where}.{key}", found="nothing")
        try:
            centre = circle(self.lon, self.lat, 0.0, frame=self.frame or "icrs")
        except SettingsError as error:
            raise SettingsError(error.what, where=where, found=error.found, expected=error.expected) from None
        return centre.lon, centre.lat


class SkyCircle(SkyPoint):
    """A circle (deg) in a named frame."""

    radius: Angle | None = None

    def circle(self, where: str, *, name: str = "") -> Circle | None:
        """Return the circle in ICRS, or None when no key is set.

        Raises
        ------
        SettingsError
            Naming the key below `where` that is missing or wrong.
        """
        missing = [key for key in ("lon", "lat", "radius") if getattr(self, key) is None]
        if len(missing) == 3:
            return None
        if missing:
            raise SettingsError("a circle needs this key", where=f"{where}.{missing[0]}", found="nothing")
        try:
            return circle(self.lon, self.lat, self.radius, frame=self.frame or "icrs", name=name)
        except SettingsError as error:
            raise SettingsError(error.what, where=where, found=error.found, expected=error.expected) from None


class NamedCircle(SkyCircle):
    """A circle (deg) with a name of its own, which is ours: pictures and tables show it."""

    written_when_set = frozenset({"name"})

    name: Text | None = None

    def circle(self, where: str, *, name: str = "") -> Circle | None:
        """Return the circle under its own name, else under `name`; see `SkyCircle.circle`."""
        return super().circle(where, name=self.name or name)


class TimeRange(Section):
    """Two UTC times."""

    start: Utc | None = None
    stop: Utc | None = None
