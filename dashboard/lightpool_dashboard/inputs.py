"""What a visitor may choose, as one frozen value, with what each number may be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What a number may be.

    Parameters
    ----------
    low, high : float
    unit : str
    label : str
        What the number is called in a sentence.
    off : bool
        Whether 0 is allowed too, for "not used".
    """

    low: float
    high: float
    unit: str
    label: str
    off: bool = False


#: A visitor may send any number for any control, so these hold in Python and not only in the browser.
LIMITS = {
    "radius": Limits(0.02, 0.5, "deg", "ON radius"),
    "n_off": Limits(1, 60, "", "number of OFF regions", off=True),
    "aeff_percent": Limits(0.0, 90.0, "%", "share of the largest effective area"),
    "bias_percent": Limits(0.5, 100.0, "%", "energy bias"),
    "offset_max": Limits(0.1, 5.0, "deg", "largest offset"),
    "threshold": Limits(0.01, 100.0, "TeV", "energy threshold", off=True),
    "energy_min": Limits(0.01, 100.0, "TeV", "lowest energy"),
    "energy_max": Limits(0.05, 300.0, "TeV", "highest energy"),
    "bins_per_decade": Limits(2, 40, "", "bins per decade"),
    "fit_min": Limits(0.01, 100.0, "TeV", "lower end of the fit", off=True),
    "fit_max": Limits(0.05, 300.0, "TeV", "upper end of the fit", off=True),
    "alpha_systematic": Limits(0.0, 5.0, "%", "systematic of alpha"),
    "points_min": Limits(0.01, 100.0, "TeV", "lowest flux-point energy"),
    "points_max": Limits(0.05, 300.0, "TeV", "highest flux-point energy"),
    "points_n": Limits(1, 40, "", "number of flux points"),
    "ul_sigma": Limits(1.0, 5.0, "σ", "level of the limits"),
    "time_minutes": Limits(0.5, 1440.0, "min", "length of a time bin"),
    "time_sigma": Limits(2.0, 50.0, "σ", "significance of a time bin"),
    "time_counts": Limits(5, 10000, "", "counts of a time bin"),
    "ring_inner": Limits(0.1, 3.0, "deg", "inner radius of the ring"),
    "ring_width": Limits(0.05, 2.0, "deg", "width of the ring"),
    "correlation_radius": Limits(0.02, 0.5, "deg", "correlation radius"),
    "map_width": Limits(0.5, 5.0, "deg", "width of the map"),
    "map_energy_min": Limits(0.01, 100.0, "TeV", "lowest energy of the map", off=True),
    "map_energy_max": Limits(0.05, 300.0, "TeV", "highest energy of the map", off=True),
}

#: The models on offer: short name of the engine, name on the page.
MODEL_LABELS = {
    "power-law": "Power law",
    "exp-cutoff-power-law": "Exp. cutoff power law",
    "log-parabola": "Log parabola",
    "broken-power-law": "Broken power law",
    "smooth-broken-power-law": "Smooth broken power law",
}
BACKGROUND_LABELS = {"reflected": "Reflected regions", "wobble": "Wobble regions"}
SAFE_MASK_LABELS = {
    "aeff-max": "Share of the largest effective area",
    "aeff-default": "Threshold in the response file",
    "edisp-bias": "Energy bias",
    "bkg-peak": "Peak of the background",
    "offset-max": "Largest offset",
}
TIME_BIN_LABELS = {
    "run": "One a run",
    "night": "One a night",
    "duration": "Fixed duration",
    "significance": "Minimum significance",
    "counts": "Minimum counts",
    "blocks": "Bayesian blocks",
}
UL_LABELS = {
    "profile": "Profile from the best fit",
    "bounded": "Profile bounded at zero",
    "rolke": "Rolke et al.",
    "feldman-cousins": "Feldman-Cousins",
}
#: Inputs that are one of several words.
CHOICES = {
    "model": MODEL_LABELS,
    "background": BACKGROUND_LABELS,
    "time_bin": TIME_BIN_LABELS,
    "ul_method": UL_LABELS,
}

#: Longitude, latitude and radius in deg, and a name.
ExcludedCircle = tuple[float, float, float, str]


@dataclass(frozen=True)
class ParameterChoice:
    """What was chosen for a parameter of the model; None leaves the default of the model.

    Parameters
    ----------
    name : str
    value : float or None
        Where the fit starts, or where a frozen parameter stays.
    frozen : bool or None
    low, high : float or None
        Limits in the fit.
    """

    name: str
    value: float | None = None
    frozen: bool | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Inputs:
    """A snapshot of every choice that a result depends on; hashable, made of plain values.

    Parameters
    ----------
    store, target : str
        By name, among those on offer.
    position : (float, float) or None, deg
        Centre of the ON region; None for the catalogue position of the target.
    left_out : tuple of int
        Runs of the target that take no part.
    exclusion : tuple of ExcludedCircle, or None
        Where no background is taken; None for the circles known for the field.
    n_off : int
        OFF regions of a run at most (reflected) or exactly (wobble); 0 for the method's default.
    threshold, fit_min, fit_max, map_energy_min, map_energy_max : float, TeV
        0 for none.
    parameters : tuple of ParameterChoice
        Only those that differ from the model's defaults.
    trial : tuple of (str, float)
        Values of parameters as their sliders stand before any fit: they move the prediction only.
    span : (str, str) or None
        UTC times of the brushed part of the light curve, ISO 8601.
    minos, compare, scan : bool
        Whether asymmetric errors, other models, and other radii are tried as well.
    """

    store: str
    target: str
    position: tuple[float, float] | None
    left_out: tuple[int, ...]
    radius: float
    exclusion: tuple[ExcludedCircle, ...] | None
    background: str
    n_off: int
    safe_mask: tuple[str, ...]
    aeff_percent: float
    bias_percent: float
    offset_max: float
    threshold: float
    energy_min: float
    energy_max: float
    bins_per_decade: int
    fit_min: float
    fit_max: float
    model: str
    parameters: tuple[ParameterChoice, ...]
    trial: tuple[tuple[str, float], ...]
    stacked: bool
    alpha_systematic: float
    points_min: float
    points_max: float
    points_n: int
    ul_method: str
    ul_sigma: float
    time_bin: str
    time_minutes: float
    time_sigma: float
    time_counts: int
    span: tuple[str, str] | None
    ring_inner: float
    ring_width: float
    correlation_radius: float
    map_width: float
    map_energy_min: float
    map_energy_max: float
    map_search: bool
    minos: bool
    compare: bool
    scan: bool


INPUT_NAMES = tuple(Inputs.__dataclass_fields__)
#: Which part of the sky and which runs: what every result depends on.
DATA_INPUTS = ("store", "target", "position", "left_out")
REDUCTION_INPUTS = (
    *DATA_INPUTS,
    "radius",
    "exclusion",
    "background",
    "n_off",
    "safe_mask",
    "aeff_percent",
    "bias_percent",
    "offset_max",
    "threshold",
    "energy_min",
    "energy_max",
    "bins_per_decade",
)
FIT_INPUTS = (
    *REDUCTION_INPUTS,
    "fit_min",
    "fit_max",
    "model",
    "parameters",
    "stacked",
    "alpha_systematic",
)
POINT_INPUTS = ("points_min", "points_max", "points_n", "ul_method", "ul_sigma")
SPECTRUM_INPUTS = (*FIT_INPUTS, *POINT_INPUTS)
TIME_INPUTS = ("time_bin", "time_minutes", "time_sigma", "time_counts")
#: What is chosen about the sky map alone.
MAP_CHOICES = (
    "ring_inner",
    "ring_width",
    "correlation_radius",
    "map_width",
    "map_energy_min",
    "map_energy_max",
    "map_search",
)
MAP_INPUTS = ("store", "target", "left_out", "exclusion", "energy_min", "energy_max", *MAP_CHOICES)
