"""What decides time-resolved spectra and light curves, apart from the reduction and the model."""

from __future__ import annotations

from dataclasses import dataclass

from lightpool.axes import checked_edges
from lightpool.errors import SettingsError
from lightpool.interval_fluxes import ENERGY_EDGES
from lightpool.interval_spectra import FLUX_RANGE
from lightpool.limits import check_method
from lightpool.time_binning import TimeBinning


@dataclass(frozen=True)
class TimeResolvedSettings:
    """See `time_resolved`.

    Parameters
    ----------
    binning : TimeBinning
    shared : tuple of str
    flux_range : (float, float), TeV
    free : tuple of str
        With names, every interval starts from the best fit to all data and only these parameters are
        free in it: short intervals cannot tell a curvature. Without, the model is as it was given.

    Raises
    ------
    SettingsError
        For a range that does not increase.
    """

    binning: TimeBinning
    shared: tuple[str, ...] = ()
    flux_range: tuple[float, float] = FLUX_RANGE
    free: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        low, high = checked_edges(self.flux_range, name="flux range")[[0, -1]]
        object.__setattr__(self, "flux_range", (float(low), float(high)))
        object.__setattr__(self, "shared", tuple(self.shared))
        object.__setattr__(self, "free", tuple(self.free))


@dataclass(frozen=True)
class LightCurveSettings:
    """See `light_curve`; the shape is the best fit to all data.

    Parameters
    ----------
    binning : TimeBinning
    edges : tuple of float, TeV
    refit : bool
    ul_sigma : float
    ul_method : str

    Raises
    ------
    SettingsError
        For edges that do not increase, or limits that cannot be.
    """

    binning: TimeBinning
    edges: tuple[float, ...] = ENERGY_EDGES
    refit: bool = False
    ul_sigma: float = 2.0
    ul_method: str = "profile"

    def __post_init__(self) -> None:
        edges = checked_edges(self.edges, name="light-curve edges")
        object.__setattr__(self, "edges", tuple(edges.tolist()))
        if not 0 < self.ul_sigma <= 10:
            raise SettingsError("ul_sigma is out of range", found=f"{self.ul_sigma:g}", expected="0 to 10")
        check_method(self.ul_method)
