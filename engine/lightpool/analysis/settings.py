"""Everything that decides the result of an analysis, apart from the store."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Any

import xarray as xr

from lightpool.alpha_systematic import as_systematic
from lightpool.analysis.compare_settings import CompareSettings
from lightpool.analysis.time_settings import LightCurveSettings, TimeResolvedSettings
from lightpool.axes import checked_edges
from lightpool.errors import SettingsError
from lightpool.forward import FitRange, as_fit_range
from lightpool.limits import check_method
from lightpool.radius_scan import checked_radii
from lightpool.reduction import ReductionSettings
from lightpool.sky import Circle
from lightpool.spectra import SpectralModel

_REDUCTION = {field.name for field in fields(ReductionSettings)}


@dataclass(frozen=True)
class AnalysisSettings:
    """The settings of a whole analysis: frozen and hashable, so that each stage knows what it has done.

    Parameters
    ----------
    obs_ids : tuple of int
        Runs, in the order of the cube's rows; none where the analysis starts from a cube.
    reduction : ReductionSettings
        Where the analysis starts from a cube: what the cube says of it, see `of_cube`.
    model : SpectralModel or None
        Start of the fit; without one there is no fit.
    source : str
        Name of the model.
    stacked : bool
        Whether the fit is to the sum of the runs instead of jointly to all of them.
    fit_range : (float or None, float or None) or None, TeV
        An open side is None.
    flux_points : tuple of float or None, TeV
        Edges of the flux points; without them there are none.
    ul_sigma : float
        Limits lie where the statistic has risen by its square.
    ul_method : str
        How limits are found: a name of `limits.METHODS`.
    alpha_systematic : float
        Relative uncertainty of alpha, profiled out in the fit and in the flux points; 0.01 is 1 %.
    time_resolved : TimeResolvedSettings or None
    light_curve : LightCurveSettings or None
        Without them there are no time-resolved spectra and no light curve.
    minos : bool
        Whether free parameters get errors that follow the statistic.
    contours : tuple of (str, str)
        Pairs of free parameters that get contours.
    compare : CompareSettings or None
        Models that are fitted to the same bins.
    radii : tuple of float, deg
        Radii that the ON region is tried with.
    skip_damaged : bool
        Whether a run that cannot be used is left out with a warning instead of stopping the analysis.
    required : tuple of str
        Pieces that every run must have besides those that the analysis reads, such as ``bkg``.

    Raises
    ------
    SettingsError
        For a run that is selected twice, or edges and ranges that cannot be.

    Examples
    --------
    >>> settings = lp.from_config("crab.yaml").settings
    >>> settings.updated(stacked=True, aeff_percent=5).reduction.aeff_percent
    5
    """

    obs_ids: tuple[int, ...]
    reduction: ReductionSettings
    model: SpectralModel | None = None
    source: str = "source"
    stacked: bool = False
    fit_range: tuple[float | None, float | None] | None = None
    flux_points: tuple[float, ...] | None = None
    ul_sigma: float = 2.0
    ul_method: str = "profile"
    alpha_systematic: float = 0.0
    minos: bool = False
    contours: tuple[tuple[str, str], ...] = ()
    time_resolved: TimeResolvedSettings | None = None
    light_curve: LightCurveSettings | None = None
    compare: CompareSettings | None = None
    radii: tuple[float, ...] = ()
    skip_damaged: bool = False
    required: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        doubled = sorted({obs_id for obs_id in self.obs_ids if self.obs_ids.count(obs_id) > 1})
        if doubled:
            raise SettingsError("a run is selected twice", found=", ".join(map(str, doubled)))
        object.__setattr__(self, "fit_range", _with_open_sides(as_fit_range(self.fit_range)))
        if self.flux_points is not None:
            edges = checked_edges(self.flux_points, name="flux-point edges")
            object.__setattr__(self, "flux_points", tuple(edges.tolist()))
        if not 0 < self.ul_sigma <= 10:
            raise SettingsError("ul_sigma is out of range", found=f"{self.ul_sigma:g}", expected="0 to 10")
        check_method(self.ul_method)
        if self.radii:
            object.__setattr__(self, "radii", tuple(checked_radii(self.radii).tolist()))
        object.__setattr__(self, "alpha_systematic", as_systematic(self.alpha_systematic))

    @classmethod
    def of_cube(cls, cube: xr.Dataset, **changes: Any) -> AnalysisSettings:
        """Return the settings of an analysis that starts from a cube: its region and axes; others by name."""
        lon, lat, radius = (float(cube[f"region_{key}"][0]) for key in ("lon", "lat", "radius"))
        # Spectra of other tools may not say where they were taken, and no fit asks.
        known = math.isfinite(lon + lat + radius)
        reduction = ReductionSettings(
            on_region=Circle(lon, lat, radius) if known else Circle(0, 0, 0, name="unknown"),
            energy=tuple(cube["energy_edges"].to_numpy().tolist()),
            energy_true=tuple(cube["energy_true_edges"].to_numpy().tolist()),
        )
        return cls((), reduction).updated(**changes)

    def updated(self, **changes: Any) -> AnalysisSettings:
        """Return a copy with some settings changed; those of the reduction go by their own names.

        Parameters
        ----------
        **changes
            Fields of these settings or of `ReductionSettings`.

        Raises
        ------
        SettingsError
            For an unknown name, or as the constructor.
        """
        own = {field.name for field in fields(self)}
        unknown = [name for name in changes if name not in own | _REDUCTION]
        if unknown:
            expected = ", ".join(sorted(own | _REDUCTION))
            raise SettingsError("there is no such setting", found=repr(unknown[0]), expected=expected)
        inner = {name: changes.pop(name) for name in list(changes) if name in _REDUCTION}
        if inner:
            changes["reduction"] = replace(changes.get("reduction", self.reduction), **inner)
        return replace(self, **changes)


def _with_open_sides(limits: FitRange) -> tuple[float | None, float | None] | None:
    if limits is None:
        return None
    low, high = limits
    if low <= 0 and math.isinf(high):
        return None
    return (low if low > 0 else None), (high if math.isfinite(high) else None)
