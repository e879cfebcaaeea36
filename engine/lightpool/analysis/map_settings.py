"""Everything that decides the result of a map analysis, apart from the store."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any

from lightpool.errors import SettingsError
from lightpool.exclusion import Exclusion, as_exclusion
from lightpool.maps.correlation import checked_radius
from lightpool.maps.exclusion_search import ExclusionSearch
from lightpool.maps.ring import AdaptiveRingBackground, RingBackground
from lightpool.maps.settings import ImageSettings
from lightpool.units import to_float

_IMAGES = {item.name for item in fields(ImageSettings)}


@dataclass(frozen=True)
class MapSettings:
    """The settings of a map analysis: frozen and hashable, so that each stage knows what it has done.

    Parameters
    ----------
    obs_ids : tuple of int
        Runs, in the order in which they are added.
    images : ImageSettings
    background : RingBackground or AdaptiveRingBackground
    exclusion : tuple of Circle or ExclusionMask
    search : ExclusionSearch or None
        Exclude what stands out of the map too.
    correlation_radius : float, deg
    correlate_off : bool
    ul_sigma : float or None
        Upper limits lie where the statistic has risen by its square; without it there are none.
    skip_damaged : bool
        Whether a run that cannot be used is left out with a warning instead of stopping the analysis.
    required : tuple of str
        Pieces that every run must have besides those that maps need, such as ``psf``.

    Raises
    ------
    SettingsError
        For a run that is selected twice, or a ring inside the correlation radius.

    Examples
    --------
    >>> geometry = lp.MapGeometry("228.53 deg", "-59.16 deg", width="3 deg", binsize="0.1 deg")
    >>> images = lp.maps.ImageSettings(geometry, energy=(1.0, 3.0, 10.0))
    >>> settings = MapSettings(obs_ids=(3001, 3002), images=images)
    >>> settings.updated(correlation_radius=0.2).correlation_radius
    0.2
    """

    obs_ids: tuple[int, ...]
    images: ImageSettings
    background: RingBackground | AdaptiveRingBackground = field(default_factory=RingBackground)
    exclusion: Exclusion = ()
    search: ExclusionSearch | None = None
    correlation_radius: float = 0.1
    correlate_off: bool = False
    ul_sigma: float | None = None
    skip_damaged: bool = False
    required: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        doubled = sorted({obs_id for obs_id in self.obs_ids if self.obs_ids.count(obs_id) > 1})
        if doubled:
            raise SettingsError("a run is selected twice", found=", ".join(map(str, doubled)))
        radius = to_float(self.correlation_radius, "deg", name="correlation radius")
        object.__setattr__(self, "correlation_radius", checked_radius(radius, self.background.r_in))
        object.__setattr__(self, "exclusion", as_exclusion(self.exclusion))
        if self.ul_sigma is not None and not 0 < self.ul_sigma <= 10:
            raise SettingsError("ul_sigma is out of range", found=f"{self.ul_sigma:g}", expected="0 to 10")

    def updated(self, **changes: Any) -> MapSettings:
        """Return a copy with some settings changed; those of the images go by their own names.

        Parameters
        ----------
        **changes
            Fields of these settings or of `ImageSettings`.

        Raises
        ------
        SettingsError
            For an unknown name, or as the constructor.
        """
        own = {item.name for item in fields(self)}
        unknown = [name for name in changes if name not in own | _IMAGES]
        if unknown:
            expected = ", ".join(sorted(own | _IMAGES))
            raise SettingsError("there is no such setting", found=repr(unknown[0]), expected=expected)
        inner = {name: changes.pop(name) for name in list(changes) if name in _IMAGES}
        if inner:
            changes["images"] = replace(changes.get("images", self.images), **inner)
        return replace(self, **changes)
