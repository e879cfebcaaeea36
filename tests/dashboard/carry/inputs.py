"""Inputs of every kind, for tests that send them out and take them back."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from lightpool_dashboard.inputs import CHOICES, LIMITS, SAFE_MASK_LABELS, Inputs, ParameterChoice
from lightpool_dashboard.state import State

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
finite = st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: float(f"{x:.6g}"))
positions = st.tuples(
    st.floats(0, 359).map(lambda x: round(x, 6)), st.floats(-89, 89).map(lambda x: round(x, 6))
)


def numbers(name: str) -> st.SearchStrategy:
    """Return numbers that the state keeps as they are."""
    limits, kind = LIMITS[name], type(State().trait_defaults(name))
    if kind is int:
        inside = st.integers(math.ceil(limits.low), math.floor(limits.high))
        return inside | st.just(0) if limits.off else inside
    inside = st.floats(limits.low, limits.high).map(lambda x: float(f"{x:.6g}"))
    inside = inside.filter(lambda x: limits.low <= x <= limits.high)
    return inside | st.just(0.0) if limits.off else inside


parameters = st.tuples(
    st.sampled_from(["index", "amplitude", "lambda_", "reference"]),
    st.none() | finite,
    st.none() | st.booleans(),
    st.none() | finite,
    st.none() | finite,
).map(lambda parts: ParameterChoice(*parts))
parameters = parameters.filter(lambda p: p.low is None or p.high is None or p.low < p.high)

_OTHERS = {
    "store": st.just("a store"),
    "target": st.sampled_from(["Crab", "PKS 2155-304", "<b>&x=1;+%41</b>"]),
    "position": st.none() | positions,
    "left_out": st.lists(st.integers(0, 99999), max_size=5).map(tuple),
    "exclusion": st.none()
    | st.lists(st.tuples(positions, st.floats(0.01, 5).map(lambda x: round(x, 6)), words), max_size=4).map(
        lambda circles: tuple((*where, radius, name) for where, radius, name in circles)
    ),
    "safe_mask": st.lists(st.sampled_from(list(SAFE_MASK_LABELS)), unique=True).map(tuple),
    "parameters": st.lists(parameters, max_size=4, unique_by=lambda p: p.name).map(tuple),
    "trial": st.lists(st.tuples(st.sampled_from(["index", "alpha"]), finite), max_size=2).map(tuple),
    "span": st.none() | st.just(("2006-07-29T20:30:00", "2006-07-29T21:00:00.500")),
}


def strategies() -> dict[str, st.SearchStrategy]:
    """Return what each input may be, by name."""
    found = {}
    for name in Inputs.__dataclass_fields__:
        if name in _OTHERS:
            found[name] = _OTHERS[name]
        elif name in LIMITS:
            found[name] = numbers(name)
        elif name in CHOICES:
            found[name] = st.sampled_from(list(CHOICES[name]))
        else:
            found[name] = st.booleans()
    return found


every_input = st.builds(Inputs, **strategies())
