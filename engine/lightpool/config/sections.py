"""The sections of a configuration file, each key with its default."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from lightpool.config.fields import Angle, Count, Duration, Energy, Flag, ObsIds, Text, Utc, UtcList
from lightpool.config.section import (
    Components,
    EnergyAxis,
    EnergyRange,
    NamedCircle,
    Section,
    SkyCircle,
    SkyPoint,
    TimeRange,
)

SafeMaskMethod = Literal["aeff-default", "aeff-max", "edisp-bias", "offset-max", "bkg-peak"]
BackgroundMethod = Literal["reflected", "wobble", "ring", "fov_background"]
UlMethod = Literal["profile", "bounded", "rolke", "feldman-cousins"]
TimeMethod = Literal["list", "duration", "run", "night", "significance", "counts", "blocks"]
MapSelection = Literal["ul", "alpha", "acceptance_on", "acceptance_off", "errn-errp", "sensitivity"]
Piece = Literal["events", "gti", "aeff", "edisp", "psf", "bkg", "rad_max"]


class Log(Section):
    """Where messages of the run go besides the terminal."""

    level: Text = "info"
    filename: Text | None = None
    filemode: Text | None = None
    format: Text | None = None
    datefmt: Text | None = None


class General(Section):
    """What concerns the whole run."""

    log: Log = Log()
    outdir: Text = "."
    n_jobs: Annotated[Count, Field(ge=1)] = 1
    datasets_file: Text | None = None
    models_file: Text | None = None


class ObservationSelection(Section):
    """Which runs of which store. `on_error` is ours: ``skip`` leaves a damaged run out and says so."""

    written_when_set = frozenset({"on_error"})

    datastore: Text = "$GAMMAPY_DATA/hess-dl3-dr1"
    obs_ids: ObsIds = ()
    obs_file: Text | None = None
    obs_cone: SkyCircle = SkyCircle()
    obs_time: TimeRange = TimeRange()
    required_irf: tuple[Piece, ...] = ("aeff", "edisp", "psf", "bkg")
    on_error: Literal["stop", "skip"] = "stop"


class Width(Section):
    """Size of a map."""

    width: Angle = 5.0
    height: Angle = 5.0


class Wcs(Section):
    """Pixels of a map. `projection` is ours: CAR, as other programs have it, TAN, ..."""

    written_when_set = frozenset({"projection"})

    skydir: SkyPoint = SkyPoint()
    projection: Text = "CAR"
    binsize: Angle = 0.02
    width: Width = Width()
    binsize_irf: Angle = 0.2


class Selection(Section):
    """Event cut of a map."""

    offset_max: Angle = 2.5


class Axes(Section):
    """Reconstructed and true energy axes."""

    energy: EnergyAxis = EnergyAxis(min="1 TeV", max="10 TeV", nbins=5)  # type: ignore[arg-type]
    energy_true: EnergyAxis = EnergyAxis(min="0.5 TeV", max="20 TeV", nbins=16)  # type: ignore[arg-type]


class Geom(Section):
    """Geometry of the reduction."""

    wcs: Wcs = Wcs()
    selection: Selection = Selection()
    axes: Axes = Axes()


class BackgroundParameters(Section):
    """Options of the background methods; each method takes its own."""

    written_when_set = frozenset(
        {
            "n_off_regions",
            "angle_increment",
            "min_distance",
            "min_distance_input",
            "max_region_number",
            "binsize",
            "r_in",
            "r_out_max",
            "width",
            "stepsize",
            "threshold_alpha",
            "theta",
            "method",
        }
    )

    n_off_regions: Count | None = None
    angle_increment: Angle | None = None
    min_distance: Angle | None = None
    min_distance_input: Angle | None = None
    max_region_number: Count | None = None
    binsize: Angle | None = None
    r_in: Angle | None = None
    r_out_max: Angle | None = None
    width: Angle | None = None
    stepsize: Angle | None = None
    threshold_alpha: float | None = None
    theta: Angle | None = None
    method: Text | None = None


def _exclusion_kind(value: Any) -> str:
    return "inline" if isinstance(value, (list, tuple)) else "file"


class ExclusionSearch(Section):
    """Exclude what stands out of a map: above `low` and hanging together with a pixel above `high`."""

    high: Annotated[float, Field(gt=0)] = 5.0
    low: Annotated[float, Field(gt=0)] = 2.5
    margin: Angle = 0.1
    radius: Angle = 0.1


class Background(Section):
    """OFF regions and what they must avoid: a mask image, a region file, or circles written here.

    `exclusion_search` is ours: a map adds what stands out of it.
    """

    written_when_set = frozenset({"exclusion_search"})

    method: BackgroundMethod | None = None
    exclusion: (
        Annotated[
            Annotated[Text, Tag("file")] | Annotated[tuple[NamedCircle, ...], Tag("inline")],
            Discriminator(_exclusion_kind),
        ]
        | None
    ) = None
    parameters: BackgroundParameters = BackgroundParameters()
    exclusion_search: ExclusionSearch | None = None


class SafeMaskParameters(Section):
    """Options of the safe-mask methods; percentages are percent (0.1 is a thousandth).

    `threshold` is ours: no bin that begins below it is safe, whatever the methods say.
    """

    written_when_set = frozenset(
        {"bias_percent", "offset_max", "threshold", "fixed_offset", "position", "irfs"}
    )

    aeff_percent: Annotated[float, Field(ge=0, le=100)] = 10.0
    bias_percent: Annotated[float, Field(ge=0)] = 10.0
    offset_max: Angle = 3.0
    threshold: Energy | None = None
    fixed_offset: Angle | None = None
    position: SkyPoint = SkyPoint()
    irfs: Literal["DL3", "DL4"] = "DL4"


class SafeMask(Section):
    """The energy range in which the responses are trusted; the methods are combined with AND."""

    methods: tuple[SafeMaskMethod, ...] = ("aeff-default",)
    parameters: SafeMaskParameters = SafeMaskParameters()


class Datasets(Section):
    """The reduction."""

    type: Literal["1d", "3d"] = "1d"
    stack: Flag = True
    geom: Geom = Geom()
    map_selection: tuple[Literal["counts", "exposure", "background", "psf", "edisp"], ...] = (
        "counts",
        "exposure",
        "background",
        "psf",
        "edisp",
    )
    background: Background = Background()
    safe_mask: SafeMask = SafeMask()
    on_region: NamedCircle = NamedCircle()
    containment_correction: Flag = True


class Fit(Section):
    """The fit: only bins that lie wholly inside the range take part.

    Ours are `alpha_systematic`, the relative uncertainty of alpha, profiled out in fits and flux
    points; `minos`, which asks for errors that follow the statistic; and `contours`, pairs of parameters.
    """

    written_when_set = frozenset({"alpha_systematic", "minos", "contours"})

    fit_range: EnergyRange = EnergyRange()
    alpha_systematic: Annotated[float, Field(ge=0, le=0.2)] = 0.0
    minos: Flag = False
    contours: tuple[tuple[Text, Text], ...] = ()


class EstimatorParameters(Section):
    """Options of flux points and light curves; `ul_method`, the way to upper limits, is ours."""

    written_when_set = frozenset({"n_sigma", "n_sigma_ul", "ul_method", "reoptimize"})

    selection_optional: Any = "all"
    n_sigma: Annotated[float, Field(gt=0)] = 1.0
    n_sigma_ul: Annotated[float, Field(gt=0)] = 2.0
    ul_method: UlMethod = "profile"
    reoptimize: Flag = False


class FluxPoints(Section):
    """Flux points of the fitted source."""

    energy: EnergyAxis = EnergyAxis()
    source: Text = "source"
    parameters: EstimatorParameters = EstimatorParameters()


class Compare(Section):
    """Models fitted to the same bins as the model: a section of ours, components as in ``models``.

    With `n_toys` so many simulated data sets tell whether each of them describes the data at all;
    where `toys_for` names some, only those and the best of all.
    """

    written_when_set = frozenset({"models", "n_toys", "toys_for", "seed"})

    models: Components = None
    n_toys: Annotated[int, Field(ge=0, le=100_000)] = 0
    toys_for: tuple[Text, ...] = ()
    seed: Annotated[int, Field(ge=0)] = 0


class RadiusScan(Section):
    """Other radii of the ON region: a section of ours."""

    written_when_set = frozenset({"radii"})

    radii: tuple[Angle, ...] = ()


class ExcessMapParameters(Section):
    """Options of excess maps."""

    written_when_set = frozenset({"correlate_off", "selection_optional", "n_sigma", "n_sigma_ul"})

    correlate_off: Flag = False
    selection_optional: Literal["all"] | tuple[MapSelection, ...] | None = None
    n_sigma: Annotated[float, Field(gt=0)] = 1.0
    n_sigma_ul: Annotated[float, Field(gt=0)] = 2.0


class ExcessMap(Section):
    """Correlated excess and significance maps."""

    correlation_radius: Angle = 0.1
    parameters: ExcessMapParameters = ExcessMapParameters()
    energy_edges: EnergyAxis = EnergyAxis()


class TimeIntervals(Section):
    """Intervals by their UTC start and stop times."""

    start: UtcList = ()
    stop: UtcList = ()


class TimeBins(Section):
    """How observing time is cut: listed, equal from `start` to `stop`, or by a method.

    All but `time_intervals` is ours. `method` may be left out where the other keys tell it:
    `duration`, `sigma` (significance), `counts` or `p0` (Bayesian blocks).
    """

    method: TimeMethod | None = None
    start: Utc | None = None
    stop: Utc | None = None
    duration: Duration | None = None
    sigma: float | None = None
    counts: Count | None = None
    p0: float | None = None
    time_intervals: TimeIntervals = TimeIntervals()


_OURS = frozenset({"method", "start", "stop", "duration", "sigma", "counts", "p0"})


class TimeResolved(TimeBins):
    """A fit for each interval; `shared` parameters have one value in all of them.

    Where `free` names parameters, the others stay at the best fit to all data.
    """

    written_when_set = _OURS | {"time_intervals", "shared", "free", "flux_range"}

    shared: tuple[Text, ...] = ()
    free: tuple[Text, ...] = ()
    flux_range: EnergyRange = EnergyRange()


class LightCurve(TimeBins):
    """Flux against time; `refit` (ours) gives each interval a spectral shape of its own."""

    written_when_set = _OURS | {"refit"}

    energy_edges: EnergyAxis = EnergyAxis()
    refit: Flag = False
    source: Text = "source"
    parameters: EstimatorParameters = EstimatorParameters()
