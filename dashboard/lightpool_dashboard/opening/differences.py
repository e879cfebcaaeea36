"""What the page has otherwise than a file asks, in words; and what spectra and maps have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from lightpool.exclusion import Exclusion
from lightpool.sky import Circle
from lightpool_dashboard.inputs import ExcludedCircle
from lightpool_dashboard.library import OpenStore

#: Settings that hold settings.
_NESTED = ("reduction", "images")


def data_inputs(obs_ids: tuple[int, ...], store: OpenStore) -> dict[str, Any]:
    """Return the target of the first run, and which of its runs take no part."""
    target = next(name for name, ids in store.targets.items() if obs_ids[0] in ids)
    left_out = tuple(run for run in store.targets[target] if run not in obs_ids)
    return {"targets": tuple(store.targets), "target": target, "left_out": left_out}


def excluded_circles(exclusion: Exclusion) -> tuple[ExcludedCircle, ...]:
    """Return the circles of an exclusion as the page has them."""
    return tuple((c.lon, c.lat, c.radius, c.name) for c in exclusion if isinstance(c, Circle))


def differences(
    wanted: Any, got: Any, words: Mapping[str, str], *, apart: Iterable[str] = ()
) -> Iterator[str]:
    """Yield the words for every setting that differs, those of nested settings too.

    Parameters
    ----------
    wanted, got : frozen settings of one type
    words : mapping
        By the names of settings.
    apart : iterable of str
        Settings that are not looked at.
    """
    for field in fields(wanted):
        if field.name in apart:
            continue
        one, other = getattr(wanted, field.name), getattr(got, field.name)
        if field.name in _NESTED:
            yield from differences(one, other, words, apart=apart)
        elif _unnamed(one) != _unnamed(other):
            yield words.get(field.name, field.name)


def _unnamed(value: Any) -> Any:
    """Return circles without their names, which decide nothing; anything else as it is."""
    if isinstance(value, Circle):
        return value.lon, value.lat, value.radius
    return tuple(map(_unnamed, value)) if isinstance(value, tuple) else value
