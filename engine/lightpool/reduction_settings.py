"""What decides the content of a cube, apart from the observations."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from lightpool.axes import checked_edges
from lightpool.errors import SettingsError
from lightpool.exclusion import Exclusion
from lightpool.off_regions import OffRegionFinder
from lightpool.pieces import Interval, utc_text
from lightpool.reflected import ReflectedRegions
from lightpool.safe_mask import METHODS
from lightpool.sky import Circle

#: Responses of the files, and of the cube.
MASK_IRFS = ("DL3", "DL4")


@dataclass(frozen=True)
class ReductionSettings:
    """Everything that decides what a cube holds, apart from the observations.

    Parameters
    ----------
    on_region : Circle
        A point for point-like responses: radius 0.
    energy, energy_true : tuple of float, TeV
        Edges of reconstructed and true energy.
    exclusion : tuple of Circle or ExclusionMask
    background : ReflectedRegions or WobbleRegions
    safe_mask : tuple of str
        Methods of `safe_mask.METHODS`; a bin must pass all of them.
    aeff_percent : float, percent
        The share of the largest effective area for ``aeff-max``.
    bias_percent : float, percent
        The energy bias for ``edisp-bias``.
    offset_max : float, deg
        The distance of the ON region from the pointing for ``offset-max``.
    threshold : float, TeV
        No bin that begins below it is safe; 0 for none.
    mask_irfs : str
        What ``aeff-max`` and ``edisp-bias`` judge: ``DL4``, the responses of the cube, with containment
        and on its axes, or ``DL3``, those of the run's files.
    mask_offset : float or None, deg
        With ``DL3``: the offset at which they are taken instead of that of the ON region.
    mask_position : (float, float) or None, deg
        With ``DL3``: the position (lon, lat, ICRS) at which they are taken instead of the ON region.
    containment_correction : bool or None
        Whether the exposure counts only the part of the PSF inside the region; None does so with
        full-enclosure responses and not with point-like ones.
    intervals : tuple of (float, float), TT seconds since J2000.0
        Time intervals; none for whole runs.
    time_range : (float, float) or None, TT seconds since J2000.0
        Observing time outside of which nothing counts.

    Raises
    ------
    SettingsError
        For edges that do not increase, an unknown method or a parameter out of range.
    """

    on_region: Circle
    energy: tuple[float, ...]
    energy_true: tuple[float, ...]
    exclusion: Exclusion = ()
    background: OffRegionFinder = field(default_factory=ReflectedRegions)
    safe_mask: tuple[str, ...] = ("aeff-max",)
    aeff_percent: float = 10.0
    bias_percent: float = 10.0
    offset_max: float = 3.0
    threshold: float = 0.0
    mask_irfs: str = "DL4"
    mask_offset: float | None = None
    mask_position: tuple[float, float] | None = None
    containment_correction: bool | None = None
    intervals: tuple[Interval, ...] = ()
    time_range: Interval | None = None

    @property
    def timeless(self) -> ReductionSettings:
        """The same settings for any time."""
        if not self.intervals and self.time_range is None:
            return self
        return replace(self, intervals=(), time_range=None)

    def __post_init__(self) -> None:
        if self.time_range is not None and not self.time_range[0] < self.time_range[1]:
            start, stop = (utc_text(time) for time in self.time_range)
            raise SettingsError(
                "the observing time runs backwards or has no length", found=f"{start} to {stop} UTC"
            )
        checked_edges(self.energy, name="energy edges")
        checked_edges(self.energy_true, name="true energy edges")
        for method in self.safe_mask:
            if method not in METHODS:
                raise SettingsError(
                    "safe mask method is not known", found=repr(method), expected=", ".join(METHODS)
                )
        if not 0 <= self.aeff_percent <= 100:
            raise SettingsError(
                "aeff_percent is out of range", found=f"{self.aeff_percent:g}", expected="0 to 100 (percent)"
            )
        if not 0 <= self.bias_percent < math.inf:
            raise SettingsError(
                "bias_percent is out of range", found=f"{self.bias_percent:g}", expected="0 or more (percent)"
            )
        if self.mask_irfs not in MASK_IRFS:
            raise SettingsError(
                "mask_irfs is not known", found=repr(self.mask_irfs), expected=" or ".join(MASK_IRFS)
            )
        if self.mask_offset is not None and self.mask_position is not None:
            raise SettingsError(
                "the safe mask is to be judged at two places",
                found="mask_offset and mask_position",
                expected="one of them",
            )
        if self.mask_offset is not None and not 0 <= self.mask_offset <= 180:
            raise SettingsError(
                "mask_offset is out of range", found=f"{self.mask_offset:g} deg", expected="0 to 180 deg"
            )
        if not 0 < self.offset_max <= 180:
            raise SettingsError(
                "offset_max is out of range",
                found=f"{self.offset_max:g} deg",
                expected="above 0, at most 180 deg",
            )
        if not 0 <= self.threshold < math.inf:
            raise SettingsError(
                "threshold is out of range", found=f"{self.threshold:g} TeV", expected="0 TeV or more"
            )
