"""What decides the images that each run contributes to a map."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from lightpool.axes import checked_edges, energy_edges, nearest_edges
from lightpool.errors import SettingsError
from lightpool.maps.geometry import MapGeometry
from lightpool.safe_mask import METHODS
from lightpool.units import to_float

# True energies reach this factor beyond the reconstructed ones, in so many bins a decade.
_BEYOND, _PER_DECADE = 3.0, 12.0


@dataclass(frozen=True)
class ImageSettings:
    """Everything that decides a run's counts, background and exposure images, apart from the run.

    Parameters
    ----------
    geometry : MapGeometry
    energy : tuple of float, TeV
        Edges of the bins in which background is integrated and the safe range is judged.
    bands : tuple of float, TeV
        Edges of the bands into which the bins are summed, one image each; moved to the nearest
        of the bins' edges. Empty for one band of all bins.
    energy_true : tuple of float, TeV
        Edges for the exposure; empty for a range that reaches well beyond `energy`.
    offset_max : float, deg
        A run covers the square of twice this width about its pointing.
    safe_mask : tuple of str
        Methods of `lightpool.safe_mask`; a bin must pass all of them.
    aeff_percent, bias_percent : float, percent
        For ``aeff-max`` and ``edisp-bias``.
    safe_offset_max : float, deg
        For ``offset-max``: pixels farther from the pointing are not used.
    threshold : float, TeV
        No bin that begins below it is safe.
    mask_irfs : str
        ``DL4`` judges ``aeff-max`` and ``edisp-bias`` on the axes of these settings, ``DL3`` on
        those of the files.
    mask_offset : float, deg, or None
        Judge them at this offset from the pointing,
    mask_position : (float, float), deg, or None
        or at this direction; else at the centre of what the run covers (DL4) or the pointing (DL3).
    time_range : (float, float) or None, TT seconds since J2000.0
        Nothing outside counts.
    flux_index : float
        Index of the power law by which counts are turned into fluxes.

    Raises
    ------
    SettingsError
        For values that cannot be.

    Examples
    --------
    >>> geometry = lp.MapGeometry("228.53 deg", "-59.16 deg")
    >>> ImageSettings(geometry, energy=(1.0, 3.0, 10.0)).offset_max
    2.5
    """

    geometry: MapGeometry
    energy: tuple[float, ...]
    bands: tuple[float, ...] = ()
    energy_true: tuple[float, ...] = ()
    offset_max: float = 2.5
    safe_mask: tuple[str, ...] = ("aeff-default",)
    aeff_percent: float = 10.0
    bias_percent: float = 10.0
    safe_offset_max: float = 3.0
    threshold: float = 0.0
    mask_irfs: str = "DL4"
    mask_offset: float | None = None
    mask_position: tuple[float, float] | None = None
    time_range: tuple[float, float] | None = None
    flux_index: float = 2.0

    def __post_init__(self) -> None:
        if not isinstance(self.geometry, MapGeometry):
            raise SettingsError(
                "the geometry of the map is missing", found=repr(self.geometry), expected="a MapGeometry"
            )
        edges = checked_edges(self.energy, name="energy edges")
        true = (
            checked_edges(self.energy_true, name="true energy edges")
            if len(self.energy_true)
            else energy_edges(edges[0] / _BEYOND, edges[-1] * _BEYOND, per_decade=_PER_DECADE)
        )
        values: dict[str, Any] = {
            "energy": tuple(edges.tolist()),
            "bands": self._checked_bands(edges),
            "energy_true": tuple(true.tolist()),
            "safe_mask": (self.safe_mask,) if isinstance(self.safe_mask, str) else tuple(self.safe_mask),
            "offset_max": to_float(self.offset_max, "deg", name="offset_max"),
            "safe_offset_max": to_float(self.safe_offset_max, "deg", name="safe_offset_max"),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        for method in self.safe_mask:
            if method not in METHODS:
                raise SettingsError(
                    "safe mask method is not known", found=repr(method), expected=", ".join(METHODS)
                )
        if self.mask_irfs not in ("DL3", "DL4"):
            raise SettingsError("mask_irfs is not known", found=repr(self.mask_irfs), expected="DL3, DL4")
        for name, low, high, unit in (
            ("offset_max", 0.0, 90.0, " deg"),
            ("safe_offset_max", 0.0, 180.0, " deg"),
            ("aeff_percent", 0.0, 100.0, ""),
            ("bias_percent", 0.0, math.inf, ""),
            ("flux_index", -10.0, 10.0, ""),
        ):
            value = getattr(self, name)
            if not low <= value <= high or (unit and value == 0):
                raise SettingsError(
                    f"{name} is out of range",
                    found=f"{value:g}{unit}",
                    expected=f"{'above ' if unit else ''}{low:g} to {high:g}{unit}",
                )

    def _checked_bands(self, edges: np.ndarray) -> tuple[float, ...]:
        if not len(self.bands):
            return ()
        wanted = checked_edges(self.bands, name="energy bands")
        index = nearest_edges(edges, wanted)
        if np.any(np.diff(index) == 0):
            i = int(np.flatnonzero(np.diff(index) == 0)[0])
            raise SettingsError(
                "an energy band holds no energy bin",
                found=f"{wanted[i]:g} to {wanted[i + 1]:g} TeV",
                expected="bands that the edges of the energy bins can part: "
                + ", ".join(f"{e:.4g}" for e in edges),
            )
        return tuple(edges[index].tolist())

    @property
    def band_edges(self) -> tuple[float, ...]:
        """Edges of the bands, TeV, also where there is only one."""
        return self.bands or (self.energy[0], self.energy[-1])

    @property
    def band_of_bin(self) -> np.ndarray:
        """The band of each energy bin, shape (energy,), -1 for none."""
        bands = np.asarray(self.band_edges)
        found = np.searchsorted(bands, np.sqrt(np.multiply(self.energy[:-1], self.energy[1:]))) - 1
        return np.where(found < len(bands) - 1, found, -1)
