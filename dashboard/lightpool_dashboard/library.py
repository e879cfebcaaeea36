"""The stores that the operator configured, opened when first chosen, and what is known of their targets."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from lightpool.analysis import Analysis, MapAnalysis
from lightpool.dl3 import DataStore
from lightpool.errors import DataError
from lightpool.plot_data import published_near
from lightpool.sky import separation

#: Beyond the field of view of every camera; a run that points so far from its target is misnamed.
STRAY_DEG = 6.0


@dataclass(frozen=True, eq=False)
class OpenStore:
    """A store with its staged analyses.

    Parameters
    ----------
    analysis : Analysis
    maps : MapAnalysis
    targets : dict of str to tuple of int
        Runs of each target.
    positions : dict of str to (float, float), deg
        Where each target lies.
    strays : dict of str to tuple of int
        Runs of each target that point too far away to say anything about it.
    place : str
        Where a visitor is told that the store is: its path, or in public only its name.
    last : dict of str to (key, result)
        The last result of each task, by its name; see `tasks.Task.of`.
    """

    analysis: Analysis
    maps: MapAnalysis
    targets: dict[str, tuple[int, ...]]
    positions: dict[str, tuple[float, float]]
    strays: dict[str, tuple[int, ...]]
    place: str
    last: dict[str, tuple[Hashable, Any]] = field(default_factory=dict)

    def is_point_like(self, target: str) -> bool:
        """Whether the runs of a target have responses with an angular cut in them."""
        return self.analysis.store.observation(self.targets[target][0]).is_point_like

    @property
    def default_target(self) -> str:
        """The first target with a published spectrum (the Crab), else the one with the most runs."""
        known = (name for name, position in self.positions.items() if published_near(*position))
        return next(known, next(iter(self.targets)))


class Library:
    """Stores by name; each is opened once.

    Parameters
    ----------
    stores : mapping of str to path or DataStore
    public : bool
        Whether visitors must not learn where on this machine the stores are.
    """

    def __init__(self, stores: Mapping[str, Path | DataStore], *, public: bool = False) -> None:
        self._stores, self._public = dict(stores), public
        self._open: dict[str, OpenStore] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """The names on offer, the default first."""
        return tuple(self._stores)

    def opened(self, name: str) -> OpenStore | None:
        """Return a store that has been opened already; None for any other name."""
        return self._open.get(name)

    def open(self, name: str) -> OpenStore:
        """Return an opened store.

        Raises
        ------
        DataError
            If it is no store or holds no run. A failure is not kept: the next call tries again.
        """
        if name not in self._stores:
            known = ", ".join(self._stores)
            raise DataError("there is no store of this name", found=repr(name), expected=known)
        if name not in self._open:
            store = self._stores[name]
            store = store if isinstance(store, DataStore) else DataStore(store)
            self._open[name] = _opened(store, name if self._public else str(store.path))
        return self._open[name]


def _opened(store: DataStore, place: str) -> OpenStore:
    targets = store.targets()
    if not targets:
        raise DataError("the store has no run", where=store.name)
    positions = {name: _position(store, ids) for name, ids in targets.items()}
    strays = {name: _strays(store, ids, positions[name]) for name, ids in targets.items()}
    return OpenStore(Analysis(store), MapAnalysis(store), targets, positions, strays, place)


def _position(store: DataStore, obs_ids: tuple[int, ...]) -> tuple[float, float]:
    """Return the catalogue position of a target, deg; without one, its first pointing.

    Five digits (0.04 arcsec) leave out the noise of single precision, which would stand in every script.
    """
    runs = store.runs
    rows = np.flatnonzero(np.isin(runs["obs_id"], obs_ids))
    known = rows[np.isfinite(runs["ra_obj"][rows]) & np.isfinite(runs["dec_obj"][rows])]
    if known.size:
        lon, lat = runs["ra_obj"][known[0]], runs["dec_obj"][known[0]]
    else:
        run = store.observation(obs_ids[0])
        lon, lat = run.target_position or (run.lon, run.lat)
    return round(float(lon), 5), round(float(lat), 5)


def _strays(store: DataStore, obs_ids: tuple[int, ...], position: tuple[float, float]) -> tuple[int, ...]:
    """Return the runs that carry the name of a target and point elsewhere, by the index of the store."""
    runs = store.runs
    away = separation(runs["ra_pnt"], runs["dec_pnt"], *position)
    is_stray = np.isin(runs["obs_id"], obs_ids) & (away > STRAY_DEG)
    # Where all are, it is the position that is wrong, and saying so is for the analysis.
    return tuple(map(int, runs["obs_id"][is_stray])) if is_stray.sum() < len(obs_ids) else ()
