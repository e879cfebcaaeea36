"""A scene to simulate: an instrument, what shines, and the runs that are taken."""

from __future__ import annotations

import warnings
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from lightpool.errors import SettingsError
from lightpool.simulate.checks import check_name, check_range, check_whole
from lightpool.simulate.instrument import Instrument
from lightpool.simulate.source import Source
from lightpool.sky import offset_by
from lightpool.times import J2000

#: Runs lower than this over the horizon are refused: the responses are not meant for them.
ZENITH_MAX = 65.0
_WOBBLE_ANGLES = (0.0, 270.0, 90.0, 180.0)  # deg from north through east
_DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Run:
    """One observation run with a fixed pointing.

    Parameters
    ----------
    obs_id : int
    target : str
        What is observed; the OBJECT keyword says besides that it is simulated.
    target_lon, target_lat : float, deg, ICRS
    lon, lat : float, deg, ICRS
        The pointing.
    start : float, s
        TT since J2000.0.
    ontime : float, s
    """

    obs_id: int
    target: str
    target_lon: float
    target_lat: float
    lon: float
    lat: float
    start: float
    ontime: float

    def __post_init__(self) -> None:
        check_whole("obs_id", self.obs_id, 1, 999_999_999)
        check_name("target", self.target)
        for what, value, limit in (
            ("target longitude", self.target_lon, 360),
            ("target latitude", self.target_lat, 90),
            ("pointing longitude", self.lon, 360),
            ("pointing latitude", self.lat, 90),
        ):
            check_range(f"{what} of run {self.obs_id}", value, -limit, limit)
        check_range(f"start of run {self.obs_id}", self.start, -1e10, 1e10)
        check_range(f"duration of run {self.obs_id}", self.ontime, 1, 86400)

    @property
    def stop(self) -> float:
        """End of the run, TT s since J2000.0."""
        return self.start + self.ontime


@dataclass(frozen=True)
class Scene:
    """All that a simulated store is made of.

    Parameters
    ----------
    name : str
    runs : tuple of Run
    sources : tuple of Source
        Every source shines in every run that has it in the field of view.
    instrument : Instrument
    """

    name: str
    runs: tuple[Run, ...]
    sources: tuple[Source, ...] = ()
    instrument: Instrument = field(default_factory=Instrument)

    def __post_init__(self) -> None:
        check_name("scene name", self.name)
        if not 1 <= len(self.runs) <= 10_000:
            raise SettingsError("a scene needs runs", found=str(len(self.runs)), expected="1 to 10000")
        for what, names in (
            ("obs_id", [r.obs_id for r in self.runs]),
            ("source", [s.name for s in self.sources]),
        ):
            name, times = Counter(names).most_common(1)[0] if names else ("", 1)
            if times > 1:
                raise SettingsError(f"{what} {name} is given {times} times", remedy="Give each its own")
        for run in self.runs:
            zenith = self.zenith_azimuth(run)[0]
            if zenith > ZENITH_MAX:
                raise SettingsError(
                    f"run {run.obs_id} is too low over the horizon",
                    found=f"zenith angle {zenith:.0f} deg",
                    expected=f"at most {ZENITH_MAX:.0f} deg",
                    remedy="Change its start or the site of the instrument",
                )

    def source(self, name: str) -> Source:
        """Return the source of this name."""
        for source in self.sources:
            if source.name == name:
                return source
        raise SettingsError(
            "no such source", found=repr(name), expected=", ".join(s.name for s in self.sources)
        )

    def zenith_azimuth(self, run: Run) -> tuple[float, float]:
        """Return zenith angle and azimuth (north through east) of the pointing at mid-run, deg.

        Precession since J2000 (0.1 deg) is left out: nothing here is that sensitive.
        """
        import erfa

        middle = run.start + run.ontime / 2
        tt = (J2000, middle / _DAY)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", erfa.ErfaWarning)  # a dubious year past the last leap second
            utc = erfa.taiutc(*erfa.tttai(*tt))  # within a second of UT1
        sidereal = np.degrees(erfa.gmst06(*utc, *tt))
        hour = np.radians(sidereal + self.instrument.site_lon - run.lon)
        lat, dec = np.radians(self.instrument.site_lat), np.radians(run.lat)
        up = np.sin(lat) * np.sin(dec) + np.cos(lat) * np.cos(dec) * np.cos(hour)
        north = np.cos(lat) * np.sin(dec) - np.sin(lat) * np.cos(dec) * np.cos(hour)
        east = -np.cos(dec) * np.sin(hour)
        return float(np.degrees(np.arctan2(np.hypot(north, east), up))), float(
            np.degrees(np.arctan2(east, north)) % 360
        )


def wobble_runs(
    target: str,
    lon: float,
    lat: float,
    *,
    obs_id: int,
    start: float,
    n: int = 1,
    ontime: float = 1680.0,
    pause: float = 120.0,
    wobble: float = 0.5,
) -> tuple[Run, ...]:
    """Return `n` runs one after the other that point north, west, east and south of the target in turn.

    Parameters
    ----------
    lon, lat : float, deg
        Target, ICRS.
    obs_id : int
        Of the first run; the next ones count up.
    start : float, s
        TT since J2000.0.
    ontime, pause : float, s
    wobble : float, deg
        Distance of the pointing from the target.
    """
    check_whole("number of runs", n, 1, 10_000)
    check_range("pause", pause, 0, 1e9)
    check_range("wobble", wobble, 0, 5)
    runs = []
    for i in range(n):
        pnt_lon, pnt_lat = offset_by(lon, lat, _WOBBLE_ANGLES[i % 4], wobble)
        begin = start + i * (ontime + pause)
        runs.append(Run(obs_id + i, target, lon, lat, float(pnt_lon), float(pnt_lat), begin, ontime))
    return tuple(runs)
