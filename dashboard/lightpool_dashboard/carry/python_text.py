"""How values of the engine stand in a script."""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Iterable
from dataclasses import fields

import lightpool
from lightpool.exclusion import Exclusion
from lightpool.off_regions import OffRegionFinder
from lightpool.reflected import ReflectedRegions
from lightpool.sky import Circle
from lightpool.spectra import SpectralModel
from lightpool.time_binning import TimeBinning
from lightpool_dashboard.carry.link_text import number_text

_WIDTH = 100


def excluded(exclusion: Exclusion) -> list[str]:
    """Return the keyword for the excluded circles; nothing where there are none."""
    circles = [circle_text(region) for region in exclusion if isinstance(region, Circle)]
    one_line = f"exclusion=[{', '.join(circles)}]"
    if not circles:
        return []
    return [one_line if len(one_line) < _WIDTH - 5 else call("exclusion=", circles, "[]")]


def other_background(finder: OffRegionFinder) -> list[str]:
    """Return the keyword for a background method; nothing where it is the engine's own choice."""
    kind, plain = type(finder), type(finder)()
    changed = [f for f in fields(kind) if getattr(finder, f.name) != getattr(plain, f.name)]  # type: ignore[arg-type]
    if changed:
        given = ", ".join(f"{f.name}={getattr(finder, f.name)!r}" for f in changed)
        return [f"background=lp.{kind.__name__}({given})"]
    return [] if kind is ReflectedRegions else ['background="wobble"']


def model_text(model: SpectralModel) -> str:
    """Return a model with what differs from its defaults: values, limits, what is frozen or free."""
    kind, plain = type(model), type(model)()
    pairs = [(p, d) for p, d in zip(model.parameters, plain.parameters, strict=True)]
    values = ", ".join(f"{p.name}={number_text(p.value)}" for p, d in pairs if p.value != d.value)
    home = "lp" if kind.__name__ in lightpool.__all__ else "lp.spectra"
    text = f"{home}.{kind.__name__}({values})"
    for p, d in pairs:
        if (p.min, p.max) != (d.min, d.max):
            ends = {"low": p.min, "high": p.max}
            given = [f"{key}={number_text(end)}" for key, end in ends.items() if math.isfinite(end)]
            text += f".limit({', '.join([text_of(p.name), *given])})"
    for frozen, verb in ((True, "freeze"), (False, "free")):
        names = [text_of(p.name) for p, d in pairs if p.frozen is frozen and d.frozen is not frozen]
        text += f".{verb}({', '.join(names)})" if names else ""
    return text


def binning_text(binning: TimeBinning) -> str:
    """Return how time is cut; Bayesian blocks have the engine's own chance of a false one."""
    given = {
        "run": "per_run()",
        "night": "per_night()",
        "duration": f"of_duration({quantity(binning.duration or 0, 's')})",
        "significance": f"min_significance({number_text(binning.sigma or 0)})",
        "counts": f"min_counts({binning.counts})",
        "blocks": "bayesian_blocks()",
    }
    return f"lp.TimeBinning.{given[binning.method]}"


def circle_text(region: Circle) -> str:
    """Return a circle, or a point."""
    place = f"{quantity(region.lon, 'deg')}, {quantity(region.lat, 'deg')}"
    name = f", name={text_of(region.name)}" if region.name else ""
    if region.radius == 0:
        return f"lp.point({place}{name})"
    return f"lp.circle({place}, {quantity(region.radius, 'deg')}{name})"


def axis(low: float, high: float, **bins: int) -> str:
    """Return energy edges (TeV) from the lowest to the highest."""
    (key, number), *_ = bins.items()
    return f"lp.energy_edges({quantity(low, 'TeV')}, {quantity(high, 'TeV')}, {key}={number})"


def runs_text(obs_ids: Iterable[int]) -> str:
    """Return the line, or lines, that select runs."""
    listed = ", ".join(map(str, obs_ids))
    line = f"runs = store.select(obs_id=[{listed}])"
    if len(line) <= _WIDTH:
        return line
    filled = textwrap.fill(listed, _WIDTH, initial_indent="    ", subsequent_indent="    ")
    return f"runs = store.select(obs_id=[\n{filled},\n])"


def call(what: str, arguments: list[str], brackets: str = "()") -> str:
    """Return a call, on one line where it fits."""
    first, last = brackets[0], brackets[1]
    line = f"{what}{first}{', '.join(arguments)}{last}"
    if len(line) <= _WIDTH and "\n" not in line:
        return line
    body = textwrap.indent("".join(f"{argument},\n" for argument in arguments), "    ")
    return f"{what}{first}\n{body}{last}"


def quantity(value: float, unit: str) -> str:
    """Return a number with its unit as text in quotes."""
    return text_of(f"{number_text(value)} {unit}")


def text_of(text: str) -> str:
    """Return text as a Python literal in double quotes; that of JSON is one."""
    return json.dumps(text, ensure_ascii=False)
