"""The whole configuration file: read, changed, checked, written."""

from __future__ import annotations

import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import Field, PrivateAttr, ValidationError

from lightpool.config import sections as s
from lightpool.config.problems import as_settings_error
from lightpool.config.section import Components, Section
from lightpool.errors import SettingsError
from lightpool.yaml_text import dump, load


class AnalysisConfig(Section):
    """A configuration: the schema of the tutorials with the additions of Lightpool.

    Examples
    --------
    >>> config = AnalysisConfig.from_yaml("fit: {fit_range: {min: 1 TeV}}")
    >>> config = config.updated({"fit.fit_range.max": "20000 GeV", "datasets.stack": False})
    >>> config.fit.fit_range
    EnergyRange(min=1.0, max=20.0)
    """

    general: s.General = s.General()
    observations: s.ObservationSelection = s.ObservationSelection()
    datasets: s.Datasets = s.Datasets()
    fit: s.Fit = s.Fit()
    flux_points: s.FluxPoints = s.FluxPoints()
    excess_map: s.ExcessMap = s.ExcessMap()
    light_curve: s.LightCurve = s.LightCurve()
    time_resolved: s.TimeResolved = s.TimeResolved()
    compare: s.Compare = s.Compare()
    radius_scan: s.RadiusScan = s.RadiusScan()
    models: Components = None
    #: Bookkeeping of newer files; read past.
    metadata: Any = Field(default=None, exclude=True)

    written_when_set = frozenset({"time_resolved", "compare", "radius_scan", "models"})

    _directory: Path | None = PrivateAttr(None)

    @property
    def directory(self) -> Path | None:
        """Where the file lies that this was read from: relative paths are looked up there too."""
        return self._directory

    @classmethod
    def from_dict(cls, values: Mapping[str, Any] | None, *, where: str = "") -> Self:
        """Return the configuration of plain values.

        Parameters
        ----------
        where : str
            What to name in front of a key that is wrong, such as the file.

        Raises
        ------
        SettingsError
            Naming the key by its dotted path; an unknown one with the nearest known one.
        """
        if values is not None and not isinstance(values, Mapping):
            raise SettingsError(
                "this is not a configuration",
                where=where or None,
                found=type(values).__name__,
                expected="sections such as observations, datasets, fit",
            )
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise as_settings_error(error, cls, where) from None

    @classmethod
    def from_yaml(cls, text: str, *, where: str = "") -> Self:
        """Return the configuration of YAML text; errors as `from_dict` and `yaml_text.load`."""
        return cls.from_dict(load(text, where=where), where=where)

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Return the configuration in a file.

        Raises
        ------
        SettingsError
            If it cannot be read, or as `from_yaml`.
        """
        path = Path(path)
        config = cls.from_yaml(read_text(path, what="configuration file"), where=str(path))
        config._directory = path.resolve().parent
        return config

    def updated(self, values: Mapping[str, Any]) -> Self:
        """Return a copy with some keys changed, checked as a whole.

        Parameters
        ----------
        values : mapping
            Dotted paths (``"datasets.stack"``) or nested mappings to new values.

        Raises
        ------
        SettingsError
            As `from_dict`.
        """
        plain = self.to_dict()
        for path, value in values.items():
            *parents, key = path.split(".")
            section = plain
            for parent in parents:
                section = section.setdefault(parent, {})
                if not isinstance(section, dict):
                    raise SettingsError("this key has no keys of its own", where=path, found=parent)
            if isinstance(value, Mapping) and isinstance(section.get(key), dict):
                value = _merged(section[key], value)
            section[key] = value
        changed = type(self).from_dict(plain)
        changed._directory = self._directory
        return changed

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, quantities as text with units: what YAML and JSON can hold."""
        return self.model_dump(mode="json")

    def to_yaml(self) -> str:
        """Return YAML text with every key."""
        return dump(self.to_dict())

    def write(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write YAML to a file.

        Raises
        ------
        SettingsError
            If the file exists and `overwrite` is not set, or it cannot be written.
        """
        path = Path(path)
        try:
            with path.open("w" if overwrite else "x", encoding="utf-8") as file:
                file.write(self.to_yaml())
        except FileExistsError:
            raise SettingsError(
                "file exists already", where=str(path), remedy="Pass overwrite=True"
            ) from None
        except OSError as error:
            raise SettingsError(f"cannot write: {error.strerror}", where=str(path)) from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AnalysisConfig) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(self.to_yaml())

    def __str__(self) -> str:
        body = "".join(f"    {line}\n" for line in self.to_yaml().splitlines())
        return f"AnalysisConfig\n\n{body}"

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


def read_text(path: Path, *, what: str) -> str:
    """Return the text of a file.

    Raises
    ------
    SettingsError
        Naming the file and why it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsError(f"no such {what}", where=str(path)) from None
    except IsADirectoryError:
        raise SettingsError(f"this is a directory, not a {what}", where=str(path)) from None
    except UnicodeDecodeError:
        raise SettingsError(f"this {what} is not text", where=str(path)) from None
    except OSError as error:
        raise SettingsError(f"cannot read this {what}: {error.strerror}", where=str(path)) from None


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(old)
    for key, value in new.items():
        known = merged.get(key)
        merged[key] = (
            _merged(known, value) if isinstance(value, Mapping) and isinstance(known, dict) else value
        )
    return merged
