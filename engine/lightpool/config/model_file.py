"""Model files: named components with a spectral model each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np

from lightpool.config.analysis_config import read_text
from lightpool.config.covariance_file import read_covariance, write_covariance
from lightpool.errors import SettingsError
from lightpool.spectra import SpectralModel, model_from_dict
from lightpool.yaml_text import dump, load

_KEYS = ("name", "type", "spectral", "spatial", "temporal", "datasets_names", "apply_irf")


@dataclass(frozen=True)
class Source:
    """A named spectral model."""

    name: str
    spectral: SpectralModel


def read_models(path: str | Path) -> tuple[Source, ...]:
    """Return the components of a model file, with their covariance if the file names one.

    Raises
    ------
    SettingsError
        Naming the file and the key that is missing, unknown or wrong.
    """
    path = Path(path)
    values = load(read_text(path, what="model file"), where=str(path))
    sources = models_from(values, where=str(path), folder=path.parent)
    name = values.get("covariance") if isinstance(values, Mapping) else None
    if name is None:
        return sources
    return _with_covariance(sources, read_covariance(path.parent / str(name)))


def models_from(values: Any, *, where: str, folder: str | Path = "") -> tuple[Source, ...]:
    """Return the components of plain values: a list, or a mapping with ``components``.

    Parameters
    ----------
    where : str
        The file or key they come from, for messages.
    folder : path
        Where relative names of tables start.
    """
    listed = values.get("components") if isinstance(values, Mapping) else values
    if not isinstance(listed, list) or not listed:
        raise SettingsError("this holds no model components", where=where, expected="components: [...]")
    path = "components" if isinstance(values, Mapping) else ""
    return tuple(_component(entry, f"{where}: {path}[{i}]", folder) for i, entry in enumerate(listed))


def models_to(sources: tuple[Source, ...]) -> list[dict[str, Any]]:
    """Return components as plain values, the inverse of `models_from`."""
    return [{"name": s.name, "type": "SkyModel", "spectral": s.spectral.to_dict()} for s in sources]


def write_models(sources: tuple[Source, ...], path: Path) -> None:
    """Write components to a YAML file, and what has been fitted to ``<stem>_covariance.dat`` beside it."""
    values: dict[str, object] = {"components": models_to(sources)}
    if any(source.spectral.covariance is not None for source in sources):
        beside = path.with_name(f"{path.stem}_covariance.dat")
        names, blocks = [], []
        for source in sources:
            names.append([f"{source.name}.spectral.{name}" for name, _ in source.spectral.file_parameters])
            # A linked parameter has a row for each model that uses it.
            at = [i for _, i in source.spectral.file_parameters]
            matrix = source.spectral.covariance
            blocks.append(None if matrix is None else matrix[np.ix_(at, at)])
        write_covariance(names, blocks, beside)
        values["covariance"] = beside.name
    path.write_text(dump(values), encoding="utf-8")


def _component(entry: Any, where: str, folder: str | Path) -> Source:
    if not isinstance(entry, Mapping):
        raise SettingsError("a component is not a section", where=where, found=repr(entry))
    for key in entry:
        if key not in _KEYS:
            near = get_close_matches(str(key), _KEYS, n=1)
            raise SettingsError(
                "unknown key",
                where=f"{where}.{key}",
                remedy=f"Did you mean '{near[0]}'?" if near else f"Known here: {', '.join(_KEYS)}.",
            )
    kind = entry.get("type", "SkyModel")
    if kind != "SkyModel":
        raise _not_available(f"a component of type {kind}", f"{where}.type")
    for part in ("spatial", "temporal"):
        if entry.get(part) is not None:
            raise _not_available(f"a {part} model", f"{where}.{part}")
    if entry.get("spectral") is None:
        raise SettingsError("a component needs a spectral model", where=f"{where}.spectral", found="nothing")
    try:
        spectral = model_from_dict(entry["spectral"], folder=folder)
    except SettingsError as error:
        raise SettingsError(
            error.what,
            where=f"{where}.spectral",
            found=error.found,
            expected=error.expected,
            remedy=error.remedy,
        ) from None
    return Source(str(entry.get("name", "source")), spectral)


def _not_available(what: str, where: str) -> SettingsError:
    return SettingsError(f"{what} is not available in this version of Lightpool", where=where)


def _with_covariance(sources: tuple[Source, ...], matrix: np.ndarray) -> tuple[Source, ...]:
    sizes = [len(source.spectral.file_parameters) for source in sources]
    if sum(sizes) != len(matrix):
        raise SettingsError(
            "the covariance does not fit the models",
            found=f"{len(matrix)} rows",
            expected=f"{sum(sizes)} parameters",
        )
    out, start = [], 0
    for source, size in zip(sources, sizes, strict=True):
        listed = [i for _, i in source.spectral.file_parameters]
        first = [start + listed.index(i) for i in range(len(source.spectral.parameters))]
        block = matrix[np.ix_(first, first)]
        out.append(Source(source.name, source.spectral.fitted(source.spectral.values, block)))
        start += size
    return tuple(out)
