"""How a model is read from the ``spectral`` section of a model file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from lightpool.errors import SettingsError
from lightpool.spectra.model import SpectralModel
from lightpool.spectra.parameter import Parameter, in_unit
from lightpool.spectra.prior import prior_from_dict
from lightpool.spectra.registry import model_class

_KEYS = ("name", "value", "unit", "error", "frozen", "min", "max", "scale", "link", "prior")
#: How other programs minimise and interpolate; nothing of it changes the model.
_IGNORED = ("interp", "scale_method", "scale_transform")


def model_from_dict(section: Mapping[str, Any], *, folder: str | Path = "") -> SpectralModel:
    """Return the model that the ``spectral`` section of a model file describes.

    Parameters
    ----------
    section : mapping
        ``{type: ..., parameters: [{name, value, unit, error, frozen, min, max, scale, link, prior}]}``,
        and what else the type needs: ``model1, model2, operator`` of a compound, ``model`` of a
        scaled model, ``energy, values`` of a template, ``filename`` of an absorption. Parameters
        that are not listed keep their default.
    folder : path
        Where relative names of tables start.

    Returns
    -------
    SpectralModel

    Raises
    ------
    SettingsError
        Naming the key that is missing, unknown or wrong.
    DataError
        If a table that it names cannot be read.

    Examples
    --------
    >>> model_from_dict({"type": "PowerLawSpectralModel", "parameters": [{"name": "index", "value": 2.5}]})
    PowerLaw(index=2.5, amplitude=1e-12 TeV-1 s-1 cm-2, reference=1 TeV (frozen))
    """

    def read(inner: Any) -> SpectralModel:
        return model_from_dict(inner, folder=folder)

    if not isinstance(section, Mapping) or "type" not in section:
        raise SettingsError(
            "a spectral model needs a type", found=repr(section), expected="type: PowerLawSpectralModel"
        )
    cls = model_class(section["type"])
    known = ("type", "parameters", *cls.extra_keys)
    unknown = [key for key in section if key not in known]
    if unknown:
        raise SettingsError(
            f"{section['type']} has an unknown key", found=repr(unknown[0]), expected=", ".join(known)
        )
    model = cls.from_section(section, read, str(folder))
    given = {}
    for entry in section.get("parameters") or ():
        if not isinstance(entry, Mapping) or "name" not in entry:
            raise SettingsError(f"a parameter of {section['type']} has no name", found=repr(entry))
        unknown = [key for key in entry if key not in _KEYS and key not in _IGNORED]
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
    if sorted(unit.split()) != sorted(default.unit.split()):
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
    factor *= in_unit(entry.get("scale") or 1.0, "", f"{default.name}: scale")

    def number(key: str, fallback: float) -> float:
        value = entry.get(key)
        if value is None or value != value:
            return fallback
        return in_unit(value, default.unit, default.name) * factor

    prior = entry.get("prior")
    return replace(
        default,
        value=number("value", default.value),
        min=number("min", default.min),
        max=number("max", default.max),
        error=number("error", default.error),
        frozen=bool(entry.get("frozen", default.frozen)),
        link=str(entry.get("link") or ""),
        prior=None if prior is None else prior_from_dict(prior, name=default.name, factor=factor),
    )
