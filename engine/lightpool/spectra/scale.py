"""A spectrum of fixed shape with a norm."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, ClassVar

import numpy as np

from lightpool.errors import SettingsError
from lightpool.spectra.model import SpectralModel
from lightpool.spectra.parameter import Parameter


class Scale(SpectralModel):
    """``norm`` times another model, all of whose parameters stay as they are.

    Parameters
    ----------
    model : SpectralModel
    norm : float

    Examples
    --------
    >>> half = Scale(lp.spectra.MeyerCrab(), norm=0.5)
    >>> float(half(1.0) / lp.spectra.MeyerCrab()(1.0))
    0.5
    """

    type_name = "ScaleSpectralModel"
    tag = "scale"
    norm = "norm"
    extra_keys: ClassVar[tuple[str, ...]] = ("model",)
    defaults: ClassVar[tuple[Parameter, ...]] = (Parameter("norm", 1.0),)

    def __init__(self, model: SpectralModel, norm: Any = 1.0) -> None:
        super().__init__(norm=norm)
        self.model = model

    def evaluate(self, energy: np.ndarray, *values: float) -> np.ndarray:  # type: ignore[override]
        """Return dN/dE; see `SpectralModel.evaluate`."""
        return values[0] * self.model.evaluate(energy, *self.model.values)

    def gradient(self, energy: np.ndarray, *values: float) -> np.ndarray:  # type: ignore[override]
        """Return its slope along the norm; see `SpectralModel.gradient`."""
        return self.model.evaluate(energy, *self.model.values)[None, :]

    def node_count(self, edges: np.ndarray) -> int:
        """Return what the scaled model needs."""
        return self.model.node_count(edges)

    @property
    def e_peak(self) -> float:
        """The peak of the scaled model, TeV."""
        return self.model.e_peak

    def to_dict(self) -> dict[str, Any]:
        """Return the section of a model file, with that of the scaled model in it."""
        return {**super().to_dict(), "model": self.model.to_dict()}

    @classmethod
    def from_section(
        cls, section: Mapping[str, Any], read: Callable[[Any], SpectralModel], folder: str
    ) -> SpectralModel:
        """Return the scaled inner model; see `SpectralModel.from_section`."""
        if "model" not in section:
            raise SettingsError(
                "a ScaleSpectralModel needs the model that it scales",
                expected="model: {type: ..., parameters: [...]}",
            )
        return cls(read(section["model"]))

    def _structure(self) -> Hashable:
        return self.model._key()

    def __repr__(self) -> str:
        return f"Scale({self.model!r}, norm={self['norm'].value:.6g})"
