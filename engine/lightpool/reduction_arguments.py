"""The arguments of a reduction, in any form in which they may be given, as its settings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lightpool.axes import checked_edges
from lightpool.errors import SettingsError
from lightpool.exclusion import as_exclusion
from lightpool.off_regions import OffRegionFinder
from lightpool.reduction_settings import ReductionSettings
from lightpool.reflected import ReflectedRegions
from lightpool.sky import Circle, as_circle
from lightpool.units import to_float
from lightpool.wobble import WobbleRegions

#: Background methods by name, with their defaults.
BACKGROUNDS: dict[str, type[ReflectedRegions] | type[WobbleRegions]] = {
    "reflected": ReflectedRegions,
    "wobble": WobbleRegions,
}


def settings_of(
    *,
    on_region: Any,
    energy: Any,
    energy_true: Any,
    exclusion: Any = (),
    background: OffRegionFinder | str = "reflected",
    safe_mask: str | Iterable[str] = ("aeff-max",),
    aeff_percent: float = 10.0,
    bias_percent: float = 10.0,
    offset_max: Any = 3.0,
    threshold: Any = 0.0,
    mask_irfs: str = "DL4",
    mask_offset: Any = None,
    mask_position: Any = None,
    containment_correction: bool | None = None,
) -> ReductionSettings:
    """Return the settings that the arguments of `reduce` mean, `intervals` apart.

    Raises
    ------
    SettingsError
        For one that cannot be used.
    """
    if isinstance(background, str):
        if background not in BACKGROUNDS:
            raise SettingsError(
                "background method is not known", found=repr(background), expected=", ".join(BACKGROUNDS)
            )
        background = BACKGROUNDS[background]()
    return ReductionSettings(
        on_region=as_circle(on_region),
        energy=tuple(checked_edges(energy, name="energy edges").tolist()),
        energy_true=tuple(checked_edges(energy_true, name="true energy edges").tolist()),
        exclusion=as_exclusion(exclusion),
        background=background,
        safe_mask=(safe_mask,) if isinstance(safe_mask, str) else tuple(safe_mask),
        aeff_percent=_percent(aeff_percent, "aeff_percent"),
        bias_percent=_percent(bias_percent, "bias_percent"),
        offset_max=to_float(offset_max, "deg", name="offset_max"),
        threshold=to_float(threshold, "TeV", name="threshold"),
        mask_irfs=mask_irfs,
        mask_offset=None if mask_offset is None else to_float(mask_offset, "deg", name="mask_offset"),
        mask_position=None if mask_position is None else _centre(as_circle(mask_position)),
        containment_correction=containment_correction,
    )


def _centre(circle: Circle) -> tuple[float, float]:
    return circle.lon, circle.lat


def _percent(value: Any, name: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise SettingsError(
            f"{name} is not a number", found=repr(value), expected="a percentage such as 10"
        ) from None
