"""The page as a script: a few lines of the engine that find the same numbers."""

from __future__ import annotations

from lightpool.analysis import AnalysisSettings
from lightpool.errors import SettingsError
from lightpool.reduction import ReductionSettings
from lightpool_dashboard.carry.link_text import number_text
from lightpool_dashboard.carry.parts import Band, uses_map, uses_scan, uses_time
from lightpool_dashboard.carry.python_text import (
    axis,
    binning_text,
    call,
    circle_text,
    excluded,
    model_text,
    other_background,
    quantity,
    runs_text,
    text_of,
)
from lightpool_dashboard.inputs import MODEL_LABELS, Inputs
from lightpool_dashboard.library import OpenStore
from lightpool_dashboard.map_settings import MAP_PER_DECADE, map_settings
from lightpool_dashboard.settings import (
    ENERGY_TRUE_AXIS,
    N_TOYS,
    analysis_settings,
    compared_models,
    slope_and_amplitude,
    time_binning,
)


def python_script(inputs: Inputs, store: OpenStore, band: Band = None) -> str:
    """Return a script that finds the numbers of the page: counts, fit and flux points.

    What somebody asked for beyond that is in it too: asymmetric errors, the light curve with the spectra of
    its intervals where another time binning than one a run was chosen, the brushed time span, other
    models, other radii, and the sky map where something about it was chosen. What the engine does by
    itself is not written out. Names out of files are written as Python writes text, so nothing in
    them is run.

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
    further: list[str] = []
    if inputs.minos:
        further += _asymmetric(settings)
    if inputs.compare:
        further += _comparison(inputs, settings)
    if band is not None and uses_time(inputs):
        further += _series(inputs, settings, band)
    if inputs.span is not None:
        further += _span(inputs.span, settings)
    if uses_scan(inputs, settings):
        further += _scan()
    if uses_map(inputs):
        further += _map(inputs, store)
    reduction = _reduction(inputs, settings)
    if any("**settings" in line for line in further):
        cube = [call("settings = dict", reduction), "cube = lp.reduce(runs, **settings)"]
    else:
        cube = [call("cube = lp.reduce", ["runs", *reduction])]
    lines = [
        '"""The analysis of a Lightpool page: the same numbers, by the same engine."""',
        "",
        "import lightpool as lp",
        "",
        f"store = lp.DataStore({text_of(store.place)})",
        runs_text(settings.obs_ids),
        *cube,
        *_spectrum(settings),
        "",
        "print(cube.onoff.cumulative()[-1])",
        "print(result)",
        "print(points)",
        *further,
    ]
    return "\n".join(lines) + "\n"


def _map(inputs: Inputs, store: OpenStore) -> list[str]:
    try:
        settings = map_settings(inputs, store)
    except SettingsError as error:  # the spectrum does without
        return ["", f"# There is no sky map: {' '.join(str(error).split())}"]
    images, ring, geometry = settings.images, settings.background, settings.images.geometry
    place = f"{quantity(geometry.lon, 'deg')}, {quantity(geometry.lat, 'deg')}"
    sides = f"width={quantity(geometry.width[0], 'deg')}, binsize={quantity(geometry.binsize, 'deg')}"
    given = [
        "runs",
        f"geometry=lp.MapGeometry({place}, {sides})",
        f"energy={axis(images.energy[0], images.energy[-1], per_decade=MAP_PER_DECADE)}",
        f"background=lp.RingBackground({quantity(ring.r_in, 'deg')}, {quantity(ring.width, 'deg')})",
        *excluded(settings.exclusion),
        *(["search=True"] if settings.search else []),
    ]
    return [
        "",
        "# The sky with a background from a ring about every pixel.",
        call("maps = lp.sky_maps", given),
        f"excess = lp.excess_map(maps, {quantity(settings.correlation_radius, 'deg')})",
        "print(lp.maps.peaks(excess)[:3])",
        "print(lp.maps.significance_distribution(maps, excess).std)",
    ]


def _spectrum(settings: AnalysisSettings) -> list[str]:
    assert settings.model is not None
    fitted = _fitted(settings)
    points = [fitted, "result.model", _bands(settings), *_fit_options(settings), *_limit_options(settings)]
    return [
        *(["stacked = lp.stack(cube)"] if settings.stacked else []),
        f"model = {model_text(settings.model)}",
        call("result = lp.fit", [fitted, "model", *_fit_options(settings)]),
        call("points = lp.flux_points", points),
    ]


def _fitted(settings: AnalysisSettings) -> str:
    return "stacked" if settings.stacked else "cube"


def _asymmetric(settings: AnalysisSettings) -> list[str]:
    return [
        "",
        "# Errors that follow the statistic: down and up.",
        f"errors = lp.confidence.asymmetric_errors({_fitted(settings)}, result)",
        "print(errors)",
    ]


def _comparison(inputs: Inputs, settings: AnalysisSettings) -> list[str]:
    models = [f"{text_of(name)}: {model_text(model)}" for name, model in compared_models(inputs).items()]
    chosen = f"toys_for=[{text_of(MODEL_LABELS[inputs.model])}]"
    given = [_fitted(settings), "models", *_fit_options(settings), f"n_toys={N_TOYS}", chosen]
    return [
        "",
        "# Other models on the same bins; toys tell whether the best and the chosen one fit at all.",
        call("models = ", models, "{}"),
        call("compared = lp.compare", given),
        "print(compared)",
    ]


def _scan() -> list[str]:
    return [
        "",
        "# Other radii of the ON region.",
        "scan = lp.scan_radius(runs, **settings)",
        "print(scan)",
    ]


def _series(inputs: Inputs, settings: AnalysisSettings, band: tuple[float, float]) -> list[str]:
    assert settings.model is not None
    energies = f"({', '.join(quantity(energy, 'TeV') for energy in band)})"
    _, _, kept = slope_and_amplitude(settings.model)
    start = f"result.model.freeze({', '.join(map(text_of, kept))})" if kept else "result.model"
    options = _fit_options(settings)
    return [
        "",
        "# Against time: the flux, and the spectra of the intervals.",
        f"pieces = lp.reduce(runs, **settings, intervals={binning_text(time_binning(inputs))})",
        call(
            "curve = lp.light_curve",
            ["pieces", "result.model", energies, *options, *_limit_options(settings)],
        ),
        call("spectra = lp.time_resolved", ["pieces", start, f"flux_range={energies}", *options]),
        "print(curve.flux)",
        "print(spectra.value)",
        "varied = lp.variability(spectra)",
        "print(varied.p_value, varied.fvar)",
    ]


def _span(span: tuple[str, str], settings: AnalysisSettings) -> list[str]:
    first, last = map(text_of, span)
    part = "lp.stack(part)" if settings.stacked else "part"
    options = _fit_options(settings)
    points = [part, "part_result.model", _bands(settings), *options, *_limit_options(settings)]
    return [
        "",
        "# The same in the brushed time span.",
        f"part = lp.reduce(runs, **settings, intervals=[({first}, {last})])",
        call("part_result = lp.fit", [part, "model", *options]),
        call("part_points = lp.flux_points", points),
        "print(part.onoff.cumulative()[-1])",
        "print(part_result)",
    ]


def _fit_options(settings: AnalysisSettings) -> list[str]:
    how = []
    if settings.fit_range is not None:
        ends = ("None" if end is None else quantity(end, "TeV") for end in settings.fit_range)
        how.append(f"fit_range=({', '.join(ends)})")
    if settings.alpha_systematic:
        how.append(f"alpha_systematic={number_text(settings.alpha_systematic)}")
    return how


def _limit_options(settings: AnalysisSettings) -> list[str]:
    limits = []
    if settings.ul_sigma != AnalysisSettings.ul_sigma:
        limits.append(f"ul_sigma={number_text(settings.ul_sigma)}")
    if settings.ul_method != AnalysisSettings.ul_method:
        limits.append(f"ul_method={text_of(settings.ul_method)}")
    return limits


def _bands(settings: AnalysisSettings) -> str:
    assert settings.flux_points is not None
    edges = settings.flux_points
    return axis(edges[0], edges[-1], n=len(edges) - 1)


#: What a safe-mask method takes: its setting, with the unit of that.
_MASK_OPTIONS = {
    "aeff-max": ("aeff_percent", ""),
    "edisp-bias": ("bias_percent", ""),
    "offset-max": ("offset_max", "deg"),
}


def _reduction(inputs: Inputs, settings: AnalysisSettings) -> list[str]:
    """Return the keywords of ``lp.reduce``."""
    s = settings.reduction
    given = [
        f"on_region={circle_text(s.on_region)}",
        f"energy={axis(s.energy[0], s.energy[-1], per_decade=inputs.bins_per_decade)}",
        f"energy_true={axis(*ENERGY_TRUE_AXIS[:2], per_decade=ENERGY_TRUE_AXIS[2])}",
    ]
    given += excluded(s.exclusion)
    given += other_background(s.background)
    if s.safe_mask != ReductionSettings.safe_mask:
        given.append(f"safe_mask=[{', '.join(map(text_of, s.safe_mask))}]")
    for method, (name, unit) in _MASK_OPTIONS.items():
        value = getattr(s, name)
        if method in s.safe_mask and value != getattr(ReductionSettings, name):
            given.append(f"{name}={quantity(value, unit) if unit else number_text(value)}")
    if s.threshold:
        given.append(f"threshold={quantity(s.threshold, 'TeV')}")
    return given
