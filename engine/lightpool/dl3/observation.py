"""One run: its events, good time, responses and pointing, read when first asked for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import overload

from lightpool.dl3.background import Background2D, Background3D, read_background
from lightpool.dl3.consistency import check_events, check_frame, event_warnings, header_warnings
from lightpool.dl3.effective_area import EffectiveArea, read_effective_area
from lightpool.dl3.energy_dispersion import EnergyDispersion, read_energy_dispersion
from lightpool.dl3.events import Events, read_events
from lightpool.dl3.files import FileCache
from lightpool.dl3.gti import Gti, read_gti
from lightpool.dl3.html import observation_html, observations_html
from lightpool.dl3.index import HduRow
from lightpool.dl3.psf import Psf, read_psf
from lightpool.dl3.rad_max import RadMax, read_rad_max
from lightpool.dl3.table import Table
from lightpool.errors import DataError

_REMEDY = {
    "psf": "Analyse it without containment correction, or use point-like responses",
    "bkg": "Maps need a background model; reflected regions do not",
}


class Observation:
    """One run of a store. Every piece is read once, when it is first used.

    Parameters
    ----------
    obs_id : int
    hdus : sequence of HduRow
        Where its pieces are.
    cache : FileCache
    target : str
        Name to show; the OBJECT of the events where empty.
    index_zenith, index_lon, index_lat : float, deg
        What the obs-index says, NaN where it says nothing.
    index_n_events : int
        Rows of the event list as the obs-index says, -1 where it says nothing.

    Examples
    --------
    >>> run = store.observation(1001)
    >>> run.target, round(run.ontime), len(run.events)
    ('Crab Nebula (simulated)', 1680, 4575)
    >>> run.psf
    PsfTable(22 energies x 6 offsets x 60 radii)
    """

    def __init__(
        self,
        obs_id: int,
        hdus: Sequence[HduRow],
        cache: FileCache,
        *,
        target: str = "",
        index_zenith: float = math.nan,
        index_lon: float = math.nan,
        index_lat: float = math.nan,
        index_n_events: int = -1,
    ) -> None:
        self.obs_id = int(obs_id)
        self._hdus, self._cache, self._target = tuple(hdus), cache, target
        self._index_n_events = index_n_events
        self._foreign: dict[str, str] = {}
        self._index_zenith, self._index_pointing = float(index_zenith), (float(index_lon), float(index_lat))

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that hold this run, each once."""
        return tuple(dict.fromkeys(row.path for row in self._hdus))

    @cached_property
    def target(self) -> str:
        """Name of the observed object."""
        return self._target or self._header.text("OBJECT")

    @cached_property
    def target_position(self) -> tuple[float, float] | None:
        """Where the object lies (RA_OBJ, DEC_OBJ of the events), deg, ICRS; None if the file is silent."""
        lon, lat = (float(self._header.number(name, math.nan)) for name in ("RA_OBJ", "DEC_OBJ"))
        return (lon, lat) if -360 <= lon <= 360 and -90 <= lat <= 90 else None

    @cached_property
    def lon(self) -> float:
        """Pointing longitude (RA_PNT of the events), deg, ICRS."""
        value = float(self._header.number("RA_PNT"))
        if not -360 <= value <= 360:
            raise DataError("RA_PNT is out of range", where=self._header.where, found=f"{value:g} deg")
        return value

    @cached_property
    def lat(self) -> float:
        """Pointing latitude (DEC_PNT of the events), deg, ICRS."""
        value = float(self._header.number("DEC_PNT"))
        if not -90 <= value <= 90:
            raise DataError("DEC_PNT is out of range", where=self._header.where, found=f"{value:g} deg")
        return value

    @cached_property
    def zenith(self) -> float:
        """Zenith angle, deg; NaN where nothing says it."""
        if math.isfinite(self._index_zenith):
            return self._index_zenith
        return 90 - float(self._header.number("ALT_PNT", math.nan))

    @cached_property
    def site(self) -> tuple[float, float, float]:
        """Where on Earth the telescopes stand: longitude and latitude (deg), altitude (m; 0 if not given).

        From GEOLON, GEOLAT and ALTITUDE of the events.
        """
        lon, lat = (float(self._header.number(name)) for name in ("GEOLON", "GEOLAT"))
        if not (-360 <= lon <= 360 and -90 <= lat <= 90):
            raise DataError(
                "GEOLON or GEOLAT is out of range", where=self._header.where, found=f"{lon:g}, {lat:g} deg"
            )
        return lon, lat, float(self._header.number("ALTITUDE", 0.0))

    @cached_property
    def deadc(self) -> float:
        """Fraction of the good time in which the camera was live (header DEADC)."""
        value = float(self._header.number("DEADC"))
        if not 0 < value <= 1:
            raise DataError(
                "DEADC is out of range",
                where=self._header.where,
                found=f"{value:g}",
                expected="above 0, at most 1",
            )
        return value

    @property
    def ontime(self) -> float:
        """Sum of the good time intervals, s."""
        return self.gti.ontime

    @property
    def livetime(self) -> float:
        """Good time corrected for dead time, s."""
        return self.ontime * self.deadc

    @cached_property
    def gti(self) -> Gti:
        """Good time intervals."""
        return read_gti(self._table("gti"))

    @cached_property
    def events(self) -> Events:
        """Events in the file's order, not cut to the good time."""
        where = self._header.where
        events = read_events(self._table("events"), gti_table=self._table("gti"))
        check_events(events, where, gti=self.gti, lon=self.lon, lat=self.lat)
        return events

    @cached_property
    def aeff(self) -> EffectiveArea:
        """Effective area."""
        return read_effective_area(self._table("aeff"))

    @cached_property
    def edisp(self) -> EnergyDispersion:
        """Energy dispersion."""
        return read_energy_dispersion(self._table("edisp"), self.aeff)

    @cached_property
    def psf(self) -> Psf:
        """Point spread function."""
        return read_psf(self._table("psf"), self._row("psf").hdu_class)

    @cached_property
    def bkg(self) -> Background2D | Background3D:
        """Background model of the field of view."""
        creator, version = self._header.text("CREATOR"), self._header.text("HDUVERS")
        return read_background(
            self._table("bkg"), self._row("bkg").hdu_class, creator=creator, version=version
        )

    @cached_property
    def rad_max(self) -> RadMax | float | None:
        """Angular cut of point-like responses: a table, one value (deg), or None."""
        if any(row.hdu_type == "rad_max" for row in self._hdus):
            return read_rad_max(self._table("rad_max"))
        return self.aeff.rad_max if self.aeff.rad_max is not None else self.edisp.rad_max

    @property
    def is_point_like(self) -> bool:
        """Whether the responses have an angular cut in them."""
        return self.aeff.is_point_like

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is odd about this run without making it unusable, one sentence each."""
        return (*self._own_warnings, *self._foreign.values())

    @cached_property
    def _own_warnings(self) -> tuple[str, ...]:
        run = f"run {self.obs_id}"
        pointing = (self.lon, self.lat), self._index_pointing
        return (
            *event_warnings(run, self.events, self.gti, self.aeff, n_expected=self._index_n_events),
            *header_warnings(run, self._header, self.gti, *pointing),
        )

    @property
    def pieces(self) -> str:
        """The pieces the index lists, in words."""
        return ", ".join(dict.fromkeys(row.hdu_type for row in self._hdus))

    def summary(self) -> tuple[str, str, str]:
        """Return target, pointing and zenith as text, from the index alone."""
        lon, lat = self._index_pointing
        pointing = f"{lon:.3f}, {lat:.3f}" if math.isfinite(lon) and math.isfinite(lat) else ""
        zenith = f"{self._index_zenith:.1f}" if math.isfinite(self._index_zenith) else ""
        return self._target, pointing, zenith

    def has(self, hdu_type: str) -> bool:
        """Return whether the index lists a piece, such as ``"bkg"``.

        Parameters
        ----------
        hdu_type : str
        """
        return any(row.hdu_type == hdu_type for row in self._hdus)

    def _row(self, hdu_type: str) -> HduRow:
        rows = [row for row in self._hdus if row.hdu_type == hdu_type]
        if not rows:
            raise DataError(
                f"run {self.obs_id} has no {hdu_type} in the index",
                where=self._cache.root.resolve().name,
                found=", ".join(row.hdu_type for row in self._hdus) or "nothing",
                remedy=_REMEDY.get(hdu_type),
            )
        if len(rows) > 1 and len({row.hdu_class for row in rows}) < len(rows):
            found = ", ".join(f"{self._cache.label(row.path)}[{row.hdu_name}]" for row in rows)
            raise DataError(f"run {self.obs_id} has more than one {hdu_type} in the index", found=found)
        return rows[0]

    def _table(self, hdu_type: str) -> Table:
        row = self._row(hdu_type)
        table = self._cache.open(row.path).table(row.hdu_name)
        found = table.number("OBS_ID", None)
        if found is not None and int(found) != self.obs_id:
            if hdu_type in ("events", "gti"):
                raise DataError(
                    "the table is of another run than the index says",
                    where=table.where,
                    found=f"OBS_ID {int(found)}",
                    expected=f"OBS_ID {self.obs_id}",
                )
            # Responses may be shared between runs.
            self._foreign[hdu_type] = f"run {self.obs_id}: {table.where} was made for run {int(found)}."
        return table

    @cached_property
    def _header(self) -> Table:
        table = self._table("events").without_rows()
        check_frame(table)
        return table

    def __repr__(self) -> str:
        name = f" {self._target!r}" if self._target else ""
        return f"<Observation {self.obs_id}{name}>"

    def _repr_html_(self) -> str:
        return observation_html(self)


class Observations(Sequence[Observation]):
    """An unchangeable sequence of runs.

    Parameters
    ----------
    observations : iterable of Observation

    Examples
    --------
    >>> runs
    <Observations 4: 1001, 1002, 1003, 1004>
    >>> runs[1:3].obs_ids
    (1002, 1003)
    """

    def __init__(self, observations: Iterable[Observation]) -> None:
        self._items = tuple(observations)

    @property
    def obs_ids(self) -> tuple[int, ...]:
        """The run numbers, in order."""
        return tuple(obs.obs_id for obs in self._items)

    @overload
    def __getitem__(self, key: int) -> Observation: ...
    @overload
    def __getitem__(self, key: slice) -> Observations: ...
    def __getitem__(self, key: int | slice) -> Observation | Observations:
        return Observations(self._items[key]) if isinstance(key, slice) else self._items[key]

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        ids = ", ".join(str(i) for i in self.obs_ids[:8]) + (", ..." if len(self) > 8 else "")
        return f"<Observations {len(self)}: {ids}>"

    def _repr_html_(self) -> str:
        return observations_html(self)
