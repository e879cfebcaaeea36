"""The sections of a configuration file, each key with its default."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    SerializerFunctionWrapHandler,
    Tag,
    model_serializer,
    model_validator,
)

from lightpool.axes import energy_edges
from lightpool.config.fields import Angle, Count, Duration, Energy, Flag, ObsIds, Text, Utc, UtcList
from lightpool.errors import SettingsError
from lightpool.sky import Circle, circle

SafeMaskMethod = Literal["aeff-default", "aeff-max", "edisp-bias", "offset-max", "bkg-peak"]
BackgroundMethod = Literal["reflected", "wobble", "ring", "fov_background"]
Piece = Literal["events", "gti", "aeff", "edisp", "psf", "bkg", "rad_max"]


class Section(BaseModel):
    """A part of the file: frozen, and closed to keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: Keys that are written only when they are set, so that a file which uses none of them
    #: (they are additions of ours, or options of one method) can be read elsewhere too.
    written_when_set: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _empty_means_default(cls, value: Any) -> Any:
        return {} if value is None else value

    @model_serializer(mode="wrap")
    def _without_unused(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        values = handler(self)
        unused = {key for key in self.written_when_set if not self.differs(key)}
        return {key: value for key, value in values.items() if key not in unused}

    def differs(self, key: str) -> bool:
        """Return whether a key has another value than its default."""
        return bool(getattr(self, key) != type(self).model_fields[key].get_default(call_default_factory=True))

    @property
    def is_set(self) -> bool:
        """Whether any key differs from its default."""
        return any(self.differs(key) for key in type(self).model_fields)


class EnergyRange(Section):
    """Two energies (TeV); a missing one leaves its side open."""

    min: Energy | None = None
    max: Energy | None = None

    def limits(self, where: str) -> tuple[float | None, float | None] | None:
        """Return (low, high) in TeV, None for an open side, or None when neither is set.

        Raises
        ------
        SettingsError
            If nothing can lie between them.
        """
        if self.min is None and self.max is None:
            return None
        if self.min is not None and self.max is not None and not self.min < self.max:
            raise SettingsError(
                "the range is empty", where=where, found=f"{self.min:g} TeV to {self.max:g} TeV"
            )
        return self.min, self.max


class EnergyAxis(EnergyRange):
    """Logarithmic energy edges (TeV): a range with `nbins` in all, or `nbins_per_decade`."""

    written_when_set = frozenset({"nbins_per_decade"})

    nbins: Count | None = None
    nbins_per_decade: float | None = None

    def edges(self, where: str) -> np.ndarray:
        """Return the edges in TeV, shape (bins + 1,).

        Raises
        ------
        SettingsError
            Naming the key below `where` that is missing or wrong.
        """
        for key in ("min", "max"):
            if getattr(self, key) is None:
                raise SettingsError("an energy axis needs this key", where=f"{where}.{key}", found="nothing")
        if self.nbins is None and self.nbins_per_decade is None:
            raise SettingsError(
                "an energy axis needs nbins or nbins_per_decade", where=where, found="neither"
            )
        try:
            return energy_edges(self.min, self.max, n=self.nbins, per_decade=self.nbins_per_decade)
        except SettingsError as error:
            raise SettingsError(error.what, where=where, found=error.found, expected=error.expected) from None


class SkyPoint(Section):
    """A direction (deg) in a named frame."""

    frame: Text | None = None
    lon: Angle | None = None
    lat: Angle | None = None


class SkyCircle(SkyPoint):
    """A circle (deg) in a named frame."""

    radius: Angle | None = None

    def circle(self, where: str, *, name: str = "") -> Circle | None:
        """Return the circle in ICRS, or None when no key is set.

        Raises
        ------
        SettingsError
            Naming the key below `where` that is missing or wrong.
        """
        missing = [key for key in ("lon", "lat", "radius") if getattr(self, key) is None]
        if len(missing) == 3:
            return None
        if missing:
            raise SettingsError("a circle needs this key", where=f"{where}.{missing[0]}", found="nothing")
        try:
            return circle(self.lon, self.lat, self.radius, frame=self.frame or "icrs", name=name)
        except SettingsError as error:
            raise SettingsError(error.what, where=where, found=error.found, expected=error.expected) from None


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


class TimeRange(Section):
    """Two UTC times."""

    start: Utc | None = None
    stop: Utc | None = None


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
    """Pixels of a map."""

    skydir: SkyPoint = SkyPoint()
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


class Background(Section):
    """OFF regions and what they must avoid: a mask image, a region file, or circles written here."""

    method: BackgroundMethod | None = None
    exclusion: (
        Annotated[
            Annotated[Text, Tag("file")] | Annotated[tuple[SkyCircle, ...], Tag("inline")],
            Discriminator(_exclusion_kind),
        ]
        | None
    ) = None
    parameters: BackgroundParameters = BackgroundParameters()


class SafeMaskParameters(Section):
    """Options of the safe-mask methods; percentages are percent (0.1 is a thousandth)."""

    written_when_set = frozenset({"bias_percent", "offset_max", "fixed_offset", "position", "irfs"})

    aeff_percent: Annotated[float, Field(ge=0, le=100)] = 10.0
    bias_percent: Annotated[float, Field(ge=0)] = 10.0
    offset_max: Angle = 3.0
    fixed_offset: Angle | None = None
    position: SkyPoint = SkyPoint()
    irfs: Text | None = None


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
    on_region: SkyCircle = SkyCircle()
    containment_correction: Flag = True


class Fit(Section):
    """The fit: only bins that lie wholly inside the range take part."""

    fit_range: EnergyRange = EnergyRange()


class EstimatorParameters(Section):
    """Options of flux points and light curves."""

    written_when_set = frozenset({"n_sigma", "n_sigma_ul", "reoptimize"})

    selection_optional: Any = "all"
    n_sigma: Annotated[float, Field(gt=0)] = 1.0
    n_sigma_ul: Annotated[float, Field(gt=0)] = 2.0
    reoptimize: Flag = False


class FluxPoints(Section):
    """Flux points of the fitted source."""

    energy: EnergyAxis = EnergyAxis()
    source: Text = "source"
    parameters: EstimatorParameters = EstimatorParameters()


class ExcessMap(Section):
    """Correlated excess and significance maps."""

    correlation_radius: Angle = 0.1
    parameters: dict[str, Any] = {}
    energy_edges: EnergyAxis = EnergyAxis()


class TimeIntervals(Section):
    """Intervals by their UTC start and stop times."""

    start: UtcList = ()
    stop: UtcList = ()


class TimeResolved(Section):
    """A fit for each interval: equal ones from `start` to `stop`, or listed ones."""

    start: Utc | None = None
    stop: Utc | None = None
    duration: Duration | None = None
    time_intervals: TimeIntervals = TimeIntervals()


class LightCurve(TimeResolved):
    """Flux against time."""

    written_when_set = frozenset({"start", "stop", "duration"})

    energy_edges: EnergyAxis = EnergyAxis()
    source: Text = "source"
    parameters: EstimatorParameters = EstimatorParameters()
