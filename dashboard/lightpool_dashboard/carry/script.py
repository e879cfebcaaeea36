"""The page as a script: a few lines of the engine that find the same numbers."""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Iterable
from dataclasses import fields

import lightpool
from lightpool.analysis import AnalysisSettings
from lightpool.exclusion import Exclusion
from lightpool.off_regions import OffRegionFinder
from lightpool.reflected import ReflectedRegions
from lightpool.sky import Circle
from lightpool.spectra import SpectralModel
from lightpool_dashboard.carry.link_text import number_text
from lightpool_dashboard.carry.permalink import defaults
from lightpool_dashboard.inputs import MAP_CHOICES, TIME_BIN_LABELS, Inputs
from lightpool_dashboard.library import OpenStore
from lightpool_dashboard.map_settings import MAP_PER_DECADE, map_settings
from lightpool_dashboard.settings import ENERGY_TRUE_AXIS, analysis_settings, slope_and_amplitude

#: Lowest and highest energy (TeV) of the light curve, None where it is not known.
Band = tuple[float, float] | None
_WIDTH = 100


def python_script(inputs: Inputs, store: OpenStore, band: Band = None) -> str:
    """Return a script that finds the numbers of the page: counts, fit and flux points.

    The brushed time span is in it where there is one, the light curve with the spectra of its
    intervals where another time binning than one a run was chosen, and the sky map where something
    about it was chosen. What the engine does by itself is
    not written out. Names out of files are written as Python writes text, so nothing in them is run.

    Parameters
    ----------
    inputs : Inputs
    store : OpenStore
    band : (float, float), TeV, optional
        Energies of the light curve, known once there is one; without them it is left out.

    Raises
    ------
    SettingsError
        For inputs that no analysis can be made of.
    """
    settings = analysis_settings(inputs, store)
    reduction = _reduction(inputs, settings)
    in_time = band is not None and uses_time(inputs)
    lines = [
        '"""The analysis of a Lightpool page: the same numbers, by the same engine."""',
        "",
        "import lightpool as lp",
        "",
        f"store = lp.DataStore({_text(store.place)})",
        _runs(settings.obs_ids),
    ]
    if inputs.span is None and not in_time:
        lines.append(_call("cube = lp.reduce", ["runs", *reduction]))
    else:
        lines += [_call("settings = dict", reduction), "cube = lp.reduce(runs, **settings)"]
    lines += _spectrum(settings)
    if in_time:
        assert band is not None
        lines += _series(inputs, settings, band)
    lines += ["", "print(cube.onoff.cumulative()[-1])", "print(result)", "print(points)"]
    if in_time:
        lines += ["print(curve.flux)", "print(spectra.value)"]
    if inputs.span is not None:
        lines += _span(inputs.span, settings)
    if uses_map(inputs):
        lines += _map(inputs, store)
    return "\n".join(lines) + "\n"


def uses_time(inputs: Inputs) -> bool:
    """Whether somebody chose how time is cut."""
    return inputs.time_bin != defaults().time_bin


def uses_map(inputs: Inputs) -> bool:
    """Whether somebody chose how the sky map is made."""
    return any(getattr(inputs, name) != getattr(defaults(), name) for name in MAP_CHOICES)


def _map(inputs: Inputs, store: OpenStore) -> list[str]:
    settings = map_settings(inputs, store)
    images, ring, geometry = settings.images, settings.background, settings.images.geometry
    place = f"{_quantity(geometry.lon, 'deg')}, {_quantity(geometry.lat, 'deg')}"
    sides = f"width={_quantity(geometry.width[0], 'deg')}, binsize={_quantity(geometry.binsize, 'deg')}"
    given = [
        "runs",
        f"geometry=lp.MapGeometry({place}, {sides})",
        f"energy={_axis(images.energy[0], images.energy[-1], per_decade=MAP_PER_DECADE)}",
        f"background=lp.RingBackground({_quantity(ring.r_in, 'deg')}, {_quantity(ring.width, 'deg')})",
        *_exclusion(settings.exclusion),
        *(["search=True"] if settings.search else []),
    ]
    return [
        "",
        "# The sky with a background from a ring about every pixel.",
        _call("maps = lp.sky_maps", given),
        f"excess = lp.excess_map(maps, {_quantity(settings.correlation_radius, 'deg')})",
        "print(lp.maps.peaks(excess)[:3])",
        "print(lp.maps.significance_distribution(maps, excess).std)",
    ]


def _spectrum(settings: AnalysisSettings) -> list[str]:
    assert settings.model is not None
    fitted = "stacked" if settings.stacked else "cube"
    points = [fitted, "result.model", _bands(settings), *_fit_options(settings), *_limit_options(settings)]
    return [
        *(["stacked = lp.stack(cube)"] if settings.stacked else []),
        f"model = {_model(settings.model)}",
        _call("result = lp.fit", [fitted, "model", *_fit_options(settings)]),
        _call("points = lp.flux_points", points),
    ]


def _series(inputs: Inputs, settings: AnalysisSettings, band: tuple[float, float]) -> list[str]:
    assert settings.model is not None
    energies = f"({', '.join(_quantity(energy, 'TeV') for energy in band)})"
    _, _, kept = slope_and_amplitude(settings.model)
    start = f"result.model.freeze({', '.join(map(_text, kept))})" if kept else "result.model"
    options = _fit_options(settings)
    return [
        "",
        "# Against time: the flux, and the spectra of the intervals.",
        f"pieces = lp.reduce(runs, **settings, intervals={_binning(inputs)})",
        _call(
            "curve = lp.light_curve",
            ["pieces", "result.model", energies, *options, *_limit_options(settings)],
        ),
        _call("spectra = lp.time_resolved", ["pieces", start, f"flux_range={energies}", *options]),
    ]


def _span(span: tuple[str, str], settings: AnalysisSettings) -> list[str]:
    first, last = map(_text, span)
    part = "lp.stack(part)" if settings.stacked else "part"
    options = _fit_options(settings)
    points = [part, "part_result.model", _bands(settings), *options, *_limit_options(settings)]
    return [
        "",
        "# The same in the brushed time span.",
        f"part = lp.reduce(runs, **settings, intervals=[({first}, {last})])",
        _call("part_result = lp.fit", [part, "model", *options]),
        _call("part_points = lp.flux_points", points),
        "print(part.onoff.cumulative()[-1])",
        "print(part_result)",
    ]


def _fit_options(settings: AnalysisSettings) -> list[str]:
    how = []
    if settings.fit_range is not None:
        ends = ("None" if end is None else _quantity(end, "TeV") for end in settings.fit_range)
        how.append(f"fit_range=({', '.join(ends)})")
    if settings.alpha_systematic:
        how.append(f"alpha_systematic={number_text(settings.alpha_systematic)}")
    return how


def _limit_options(settings: AnalysisSettings) -> list[str]:
    limits = []
    if settings.ul_sigma != 2:
        limits.append(f"ul_sigma={number_text(settings.ul_sigma)}")
    if settings.ul_method != "profile":
        limits.append(f"ul_method={_text(settings.ul_method)}")
    return limits


def _bands(settings: AnalysisSettings) -> str:
    assert settings.flux_points is not None
    edges = settings.flux_points
    return _axis(edges[0], edges[-1], n=len(edges) - 1)


def _binning(inputs: Inputs) -> str:
    arguments = {
        "per_run": "",
        "per_night": "",
        "of_duration": _quantity(60 * inputs.time_minutes, "s"),
        "min_significance": number_text(inputs.time_sigma),
        "min_counts": str(inputs.time_counts),
        "bayesian_blocks": "",
    }
    name = dict(zip(TIME_BIN_LABELS, arguments, strict=True))[inputs.time_bin]
    return f"lp.TimeBinning.{name}({arguments[name]})"


def _reduction(inputs: Inputs, settings: AnalysisSettings) -> list[str]:
    """Return the keywords of ``lp.reduce``."""
    s = settings.reduction
    given = [
        f"on_region={_circle(s.on_region)}",
        f"energy={_axis(s.energy[0], s.energy[-1], per_decade=inputs.bins_per_decade)}",
        f"energy_true={_axis(*ENERGY_TRUE_AXIS[:2], per_decade=ENERGY_TRUE_AXIS[2])}",
    ]
    given += _exclusion(s.exclusion)
    background = _background(s.background)
    if background:
        given.append(f"background={background}")
    if s.safe_mask != ("aeff-max",):
        given.append(f"safe_mask=[{', '.join(map(_text, s.safe_mask))}]")
    if s.aeff_percent != 10 and "aeff-max" in s.safe_mask:
        given.append(f"aeff_percent={number_text(s.aeff_percent)}")
    if s.bias_percent != 10 and "edisp-bias" in s.safe_mask:
        given.append(f"bias_percent={number_text(s.bias_percent)}")
    if s.offset_max != 3 and "offset-max" in s.safe_mask:
        given.append(f"offset_max={_quantity(s.offset_max, 'deg')}")
    if s.threshold:
        given.append(f"threshold={_quantity(s.threshold, 'TeV')}")
    return given


def _exclusion(exclusion: Exclusion) -> list[str]:
    circles = [_circle(region) for region in exclusion if isinstance(region, Circle)]
    one_line = f"exclusion=[{', '.join(circles)}]"
    if not circles:
        return []
    return [one_line if len(one_line) < _WIDTH - 5 else _call("exclusion=", circles, "[]")]


def _background(finder: OffRegionFinder) -> str:
    """Return a background method, empty where it is the engine's own choice."""
    kind, plain = type(finder), type(finder)()
    changed = [f for f in fields(kind) if getattr(finder, f.name) != getattr(plain, f.name)]  # type: ignore[arg-type]
    if changed:
        given = ", ".join(f"{f.name}={getattr(finder, f.name)!r}" for f in changed)
        return f"lp.{kind.__name__}({given})"
    return "" if kind is ReflectedRegions else _text("wobble")


def _model(model: SpectralModel) -> str:
    kind, plain = type(model), type(model)()
    pairs = [(p, d) for p, d in zip(model.parameters, plain.parameters, strict=True)]
    values = ", ".join(f"{p.name}={number_text(p.value)}" for p, d in pairs if p.value != d.value)
    home = "lp" if kind.__name__ in lightpool.__all__ else "lp.spectra"
    text = f"{home}.{kind.__name__}({values})"
    for p, d in pairs:
        if (p.min, p.max) != (d.min, d.max):
            ends = {"low": p.min, "high": p.max}
            given = [f"{key}={number_text(end)}" for key, end in ends.items() if math.isfinite(end)]
            text += f".limit({', '.join([_text(p.name), *given])})"
    for frozen, verb in ((True, "freeze"), (False, "free")):
        names = [_text(p.name) for p, d in pairs if p.frozen is frozen and d.frozen is not frozen]
        text += f".{verb}({', '.join(names)})" if names else ""
    return text


def _circle(region: Circle) -> str:
    place = f"{_quantity(region.lon, 'deg')}, {_quantity(region.lat, 'deg')}"
    name = f", name={_text(region.name)}" if region.name else ""
    if region.radius == 0:
        return f"lp.point({place}{name})"
    return f"lp.circle({place}, {_quantity(region.radius, 'deg')}{name})"


def _axis(low: float, high: float, **bins: int) -> str:
    (key, number), *_ = bins.items()
    return f"lp.energy_edges({_quantity(low, 'TeV')}, {_quantity(high, 'TeV')}, {key}={number})"


def _runs(obs_ids: Iterable[int]) -> str:
    listed = ", ".join(map(str, obs_ids))
    line = f"runs = store.select(obs_id=[{listed}])"
    if len(line) <= _WIDTH:
        return line
    filled = textwrap.fill(listed, _WIDTH, initial_indent="    ", subsequent_indent="    ")
    return f"runs = store.select(obs_id=[\n{filled},\n])"


def _call(what: str, arguments: list[str], brackets: str = "()") -> str:
    """Return a call, on one line where it fits."""
    first, last = brackets[0], brackets[1]
    line = f"{what}{first}{', '.join(arguments)}{last}"
    if len(line) <= _WIDTH and "\n" not in line:
        return line
    body = textwrap.indent("".join(f"{argument},\n" for argument in arguments), "    ")
    return f"{what}{first}\n{body}{last}"


def _quantity(value: float, unit: str) -> str:
    return _text(f"{number_text(value)} {unit}")


def _text(text: str) -> str:
    """Return text as a Python literal in double quotes; that of JSON is one."""
    return json.dumps(text, ensure_ascii=False)
