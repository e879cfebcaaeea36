"""Spectral models by name, and how they are read from a model file."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lightpool.errors import SettingsError
from lightpool.spectra.model import SpectralModel
from lightpool.spectra.parameter import Parameter, in_unit
from lightpool.spectra.power_law import ExpCutoffPowerLaw, PowerLaw

#: The models a user can choose, by short name.
MODELS: dict[str, type[SpectralModel]] = {
    "power-law": PowerLaw,
    "exp-cutoff-power-law": ExpCutoffPowerLaw,
}
_KEYS = ("name", "value", "unit", "error", "frozen", "min", "max", "scale", "interp", "link", "prior")


def model_class(name: str) -> type[SpectralModel]:
    """Return the model class of a short name, a type name of model files, or a tag.

    Raises
    ------
    SettingsError
        Naming the nearest known model.
    """
    names = {
        alias: cls for key, cls in MODELS.items() for alias in (key, cls.type_name, cls.tag, cls.__name__)
    }
    if name in names:
        return names[name]
    near = difflib.get_close_matches(str(name), names, n=1, cutoff=0.3)
    raise SettingsError(
        "spectral model is not known",
        found=repr(name),
        expected=", ".join(MODELS),
        remedy=f"Did you mean {near[0]}?" if near else None,
    )


def model_from_dict(section: Mapping[str, Any]) -> SpectralModel:
    """Return the model that the ``spectral`` section of a model file describes.

    Parameters
    ----------
    section : mapping
        ``{type: ..., parameters: [{name, value, unit, error, frozen, min, max, scale}]}``.

    Raises
    ------
    SettingsError
        Naming the key that is missing, unknown or wrong.
    """
    if not isinstance(section, Mapping) or "type" not in section:
        raise SettingsError(
            "a spectral model needs a type", found=repr(section), expected="type: PowerLawSpectralModel"
        )
    model = model_class(section["type"])()
    given = {}
    for entry in section.get("parameters") or ():
        if not isinstance(entry, Mapping) or "name" not in entry:
            raise SettingsError(f"a parameter of {section['type']} has no name", found=repr(entry))
        unknown = [key for key in entry if key not in _KEYS]
        if unknown:
            raise SettingsError(
                f"parameter {entry['name']} has an unknown key",
                found=repr(unknown[0]),
                expected=", ".join(_KEYS),
            )
        given[entry["name"]] = _parameter_from_dict(model[entry["name"]], entry)
    return model._copy(given.get(p.name, p) for p in model.parameters)


def _parameter_from_dict(default: Parameter, entry: Mapping[str, Any]) -> Parameter:
    unit = str(entry.get("unit") or default.unit)
    factor = 1.0
    if unit.split() != default.unit.split() and sorted(unit.split()) != sorted(default.unit.split()):
        from astropy import units as u

        try:
            factor = in_unit(u.Quantity(1, unit), default.unit, default.name)
        except (ValueError, TypeError):
            raise SettingsError(
                f"parameter {default.name} has a wrong unit",
                found=repr(unit),
                expected=default.unit or "no unit",
            ) from None
    # Older files keep the mantissa in `value` and the power of ten in `scale`.
    factor *= float(entry.get("scale") or 1.0)

    def number(key: str, fallback: float) -> float:
        value = entry.get(key)
        if value is None or value != value:
            return fallback
        return in_unit(value, default.unit, default.name) * factor

    return replace(
        default,
        value=number("value", default.value),
        min=number("min", default.min),
        max=number("max", default.max),
        error=number("error", default.error),
        frozen=bool(entry.get("frozen", default.frozen)),
    )
