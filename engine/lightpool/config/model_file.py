"""Model files: named components with a spectral model each, and the covariance beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np

from lightpool.config.analysis_config import read_text
from lightpool.config.yaml_text import load
from lightpool.errors import SettingsError
from lightpool.spectra import SpectralModel, model_from_dict

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
    sources = models_from(values, where=str(path))
    name = values.get("covariance") if isinstance(values, Mapping) else None
    if name is None:
        return sources
    return _with_covariance(sources, read_covariance(path.parent / str(name)))


def models_from(values: Any, *, where: str) -> tuple[Source, ...]:
    """Return the components of plain values: a list, or a mapping with ``components``.

    Parameters
    ----------
    where : str
        The file or key they come from, for messages.
    """
    listed = values.get("components") if isinstance(values, Mapping) else values
    if not isinstance(listed, list) or not listed:
        raise SettingsError("this holds no model components", where=where, expected="components: [...]")
    path = "components" if isinstance(values, Mapping) else ""
    return tuple(_component(entry, f"{where}: {path}[{i}]") for i, entry in enumerate(listed))


def read_covariance(path: Path) -> np.ndarray:
    """Return the matrix of a covariance table: one row for each parameter, in the order of the model file.

    Raises
    ------
    SettingsError
        If the file is missing or is no square table of numbers.
    """
    lines = [line.strip().strip("|") for line in read_text(path, what="covariance file").splitlines()]
    rows = [line.split("|")[1:] for line in lines if line and not line.startswith("#")][1:]
    try:
        matrix = np.array([[float(cell) for cell in row] for row in rows])
    except ValueError as error:
        raise SettingsError("this is no covariance table", where=str(path), found=str(error)) from None
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise SettingsError(
            "this is no covariance table",
            where=str(path),
            found=f"{len(rows)} rows",
            expected="a square table",
        )
    return matrix


def _component(entry: Any, where: str) -> Source:
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
        spectral = model_from_dict(entry["spectral"])
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
    sizes = [len(source.spectral.parameters) for source in sources]
    if sum(sizes) != len(matrix):
        raise SettingsError(
            "the covariance does not fit the models",
            found=f"{len(matrix)} rows",
            expected=f"{sum(sizes)} parameters",
        )
    out, start = [], 0
    for source, size in zip(sources, sizes, strict=True):
        block = matrix[start : start + size, start : start + size]
        out.append(Source(source.name, source.spectral.fitted(source.spectral.values, block)))
        start += size
    return tuple(out)
