"""A DL3 store: its index, and the choice of runs."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lightpool.dl3.files import FileCache
from lightpool.dl3.html import store_html
from lightpool.dl3.index import StoreIndex, find_index_file, read_index
from lightpool.dl3.observation import Observation, Observations
from lightpool.dl3.targets import Targets
from lightpool.errors import DataError, SettingsError
from lightpool.sky import Circle, as_circle, circle, separation
from lightpool.times import from_utc, to_utc

if TYPE_CHECKING:
    from lightpool.dl3.check import StoreReport


class DataStore:
    """A folder of DL3 files with obs-index and hdu-index, or without them (then headers are read).

    Parameters
    ----------
    path : str or path
        The folder.

    Raises
    ------
    DataError
        If it is no store; the message says what is missing, and where a store is.

    Examples
    --------
    >>> store = lp.DataStore("demo")  # made by: lightpool simulate demo --output demo
    >>> store
    <DataStore demo: 28 runs>
    >>> store.select(target="crab nebula (simulated)").obs_ids
    (1001, 1002, 1003, 1004)
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._files = FileCache(self.path)
        self._index = _open_index(self.path, self._files)
        self.obs_ids: tuple[int, ...] = tuple(int(i) for i in self._index.runs["obs_id"])
        self._row = {obs_id: i for i, obs_id in enumerate(self.obs_ids)}
        self._observations: dict[int, Observation] = {}

    @property
    def name(self) -> str:
        """Name of the folder."""
        return self.path.resolve().name

    @property
    def runs(self) -> dict[str, np.ndarray]:
        """Columns of the run table, each of shape (runs,).

        ``obs_id``, ``object``, ``ra_pnt``, ``dec_pnt``, ``zen_pnt`` (deg), ``tstart``, ``tstop`` (TT s
        since J2000.0), ``ontime``, ``livetime`` (s) and ``n_events``; NaN, empty or -1 where unknown.
        """
        return self._index.runs

    def targets(self) -> dict[str, tuple[int, ...]]:
        """Return the runs of each object, most runs first, spellings merged."""
        return dict(self._targets.by_name)

    def observation(self, obs_id: int) -> Observation:
        """Return one run; the same object every time.

        Parameters
        ----------
        obs_id : int

        Raises
        ------
        DataError
            If the store has no such run; it names the nearest numbers.
        """
        if obs_id not in self._row:
            near = sorted(self.obs_ids, key=lambda known: abs(known - int(obs_id)))[:3]
            raise DataError(
                f"there is no run {obs_id}",
                where=self.name,
                remedy=f"The nearest are {', '.join(map(str, near))}",
            )
        if obs_id not in self._observations:
            self._observations[int(obs_id)] = self.fresh_observation(int(obs_id))
        return self._observations[int(obs_id)]

    def select(
        self,
        *,
        obs_id: int | Iterable[int] | None = None,
        cone: Any = None,
        target: str | None = None,
        time: Any = None,
    ) -> Observations:
        """Return the runs that meet every condition given; all runs without any.

        Parameters
        ----------
        obs_id : int or list of int
            Their order is kept; otherwise the order is that of the index.
        cone : Circle, circle of the `regions` package, or (lon, lat, radius)
            Around the pointing, strictly inside; texts with units, numbers in deg or quantities.
        target : str
            Any spelling of the object's name.
        time : (start, stop)
            UTC texts, datetimes or astropy times; runs that overlap it.

        Returns
        -------
        Observations

        Raises
        ------
        DataError
            If a run or target is unknown, or nothing is left.
        """
        asked, ids = [], list(self.obs_ids)
        if obs_id is not None:
            ids = [self.observation(i).obs_id for i in dict.fromkeys(_as_ids(obs_id))]
            asked.append(f"obs_id {', '.join(map(str, ids[:6]))}{' ...' if len(ids) > 6 else ''}")
        if target is not None:
            of_target = set(self._targets.find(target))
            ids = [i for i in ids if i in of_target]
            asked.append(f"target {target!r}")
        if cone is not None:
            where = _as_cone(cone)
            lon, lat = self.runs["ra_pnt"], self.runs["dec_pnt"]
            unknown = [i for i in ids if not np.isfinite(lon[self._row[i]] + lat[self._row[i]])]
            near = separation(where.lon, where.lat, lon, lat) < where.radius
            for i in unknown:  # such an index says nothing about the pointing
                obs = self.observation(i)
                near[self._row[i]] = where.contains(obs.lon, obs.lat)
            ids = [i for i in ids if near[self._row[i]]]
            asked.append(f"pointing within {where.radius:g} deg of ({where.lon:g}, {where.lat:g}) deg")
        if time is not None:
            start, stop = _as_interval(time)
            ids = [i for i in ids if self._overlaps(i, start, stop)]
            asked.append(f"time {str(to_utc(start))[:19]} to {str(to_utc(stop))[:19]} UTC")
        if not ids:
            raise DataError(
                "no run is left by the selection",
                where=self.name,
                found="0 runs for " + "; ".join(asked),
                remedy=self._what_is_here(),
            )
        return Observations([self.observation(i) for i in ids])

    def check(self) -> StoreReport:
        """Return what every run has, lacks and what is damaged; reads every file."""
        from lightpool.dl3.check import check_store

        return check_store(self)

    @cached_property
    def _targets(self) -> Targets:
        runs = self.runs
        by_index = self._has_names
        names = list(runs["object"]) if by_index else [self._name_in_file(i) for i in self.obs_ids]
        return Targets(runs["obs_id"], names, list(runs["target"]), runs["ra_obj"], runs["dec_obj"])

    def fresh_observation(self, obs_id: int) -> Observation:
        """Return a run of the store that nobody else holds, to be read and let go.

        Parameters
        ----------
        obs_id : int
        """
        i, runs = self._row[obs_id], self.runs
        name = self._targets.name_of[obs_id] if self._has_names else ""
        return Observation(
            obs_id,
            self._index.hdus.get(obs_id, ()),
            self._files,
            target=name,
            index_zenith=runs["zen_pnt"][i],
            index_lon=runs["ra_pnt"][i],
            index_lat=runs["dec_pnt"][i],
            index_n_events=int(runs["n_events"][i]),
        )

    @property
    def _has_names(self) -> bool:
        return any(self.runs["object"])

    def _name_in_file(self, obs_id: int) -> str:
        try:
            return self.observation(obs_id).target
        except DataError:
            return ""  # the run says what is wrong with it when it is used

    def _overlaps(self, obs_id: int, start: float, stop: float) -> bool:
        i = self._row[obs_id]
        first, last = self.runs["tstart"][i], self.runs["tstop"][i]
        if not (np.isfinite(first) and np.isfinite(last)):
            gti = self.observation(obs_id).gti
            first, last = gti.start.min(), gti.stop.max()
        return bool(first <= stop and last > start)

    def _what_is_here(self) -> str:
        names = [f"{name} ({len(ids)})" for name, ids in list(self._targets.by_name.items())[:4]]
        more = " ..." if len(self.targets()) > 4 else ""
        return f"The store has {len(self.obs_ids)} runs: {', '.join(names)}{more}"

    def __len__(self) -> int:
        return len(self.obs_ids)

    def __repr__(self) -> str:
        return f"<DataStore {self.name}: {len(self.obs_ids)} runs>"

    def _repr_html_(self) -> str:
        return store_html(self)


def _open_index(path: Path, files: FileCache) -> StoreIndex:
    where = path.resolve().name
    if not path.exists():
        raise DataError("the folder does not exist", where=str(path))
    if not path.is_dir():
        raise DataError("a store is a folder, this is a file", where=str(path))
    obs_path, hdu_path = find_index_file(path, "obs-index"), find_index_file(path, "hdu-index")
    if obs_path and hdu_path:
        return read_index(path, obs_path, hdu_path, files)
    from lightpool.dl3.scan import scan_headers, stores_below

    found = (("obs-index", obs_path), ("hdu-index", hdu_path))
    missing = [f"{name}.fits.gz" for name, p in found if p is None]
    below = [] if obs_path or hdu_path else stores_below(path)
    index = None if below else scan_headers(path, files)
    if index is None:
        raise DataError(
            f"this is not a DL3 store: {' and '.join(missing)} missing",
            where=where,
            remedy=f"There is a store in {', '.join(str(path / p) for p in below[:3])}" if below else None,
        )
    return index


def _as_ids(obs_id: Any) -> list[int]:
    try:
        if isinstance(obs_id, (int, np.integer)):
            return [int(obs_id)]
        return [operator.index(i) for i in obs_id]
    except TypeError:
        raise SettingsError(
            "obs_id is not a run number", found=repr(obs_id), expected="23523 or a list"
        ) from None


def _as_cone(cone: Any) -> Circle:
    if isinstance(cone, Sequence) and not isinstance(cone, str):
        if len(cone) != 3:
            raise SettingsError("a cone is (lon, lat, radius)", found=f"{len(cone)} values")
        return circle(*cone)
    return as_circle(cone)


def _as_interval(time: Any) -> tuple[float, float]:
    if isinstance(time, str) or len(time) != 2:
        raise SettingsError("a time selection is (start, stop)", found=repr(time))
    start, stop = from_utc(time[0], name="start"), from_utc(time[1], name="stop")
    if not start < stop:
        raise SettingsError("a time interval must increase", found=f"{time[0]} to {time[1]}")
    return start, stop
