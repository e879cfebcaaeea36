"""The event list of a run as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lightpool.dl3.gti import reference_time, time_unit
from lightpool.dl3.table import Table
from lightpool.errors import DataError
from lightpool.sky import unit_vectors


@dataclass(frozen=True, eq=False, repr=False)
class Events:
    """Events of a run in the file's order, not cut to the good time.

    Parameters
    ----------
    time : ndarray, shape (n,)
        TT seconds since J2000.0.
    lon, lat : ndarray, shape (n,), deg
    energy : ndarray, shape (n,), TeV
        Reconstructed.
    n_unusable : int
        Rows of the file that were left out: time, position or energy no number, position off the
        sky, or energy not positive.

    Examples
    --------
    >>> events = runs[0].events
    >>> events.energy.shape == events.lon.shape == (len(events),)
    True
    >>> events.xyz.shape
    (4575, 3)
    """

    time: np.ndarray
    lon: np.ndarray
    lat: np.ndarray
    energy: np.ndarray
    n_unusable: int = 0

    @cached_property
    def xyz(self) -> np.ndarray:
        """Unit vectors, shape (n, 3)."""
        return unit_vectors(self.lon, self.lat)

    def __len__(self) -> int:
        return len(self.time)

    def __repr__(self) -> str:
        left_out = f", {self.n_unusable} unusable rows left out" if self.n_unusable else ""
        return f"Events({len(self)}{left_out})"


def read_events(table: Table, *, gti_table: Table | None = None) -> Events:
    """Return the events of an EVENTS table.

    Parameters
    ----------
    gti_table : Table
        Its time reference serves an EVENTS header without one.

    Raises
    ------
    DataError
        If a column is missing or in a wrong unit, or no row can be used though there are rows.
    """
    time = table.column("TIME", unit="s", missing_unit=time_unit(table, "TIME"))
    lon, lat = table.column("RA", unit="deg"), table.column("DEC", unit="deg")
    energy = table.column("ENERGY", unit="TeV")
    for name, values in (("TIME", time), ("RA", lon), ("DEC", lat), ("ENERGY", energy)):
        if values.ndim != 1:
            raise DataError(
                f"column {name} is not one value a row", where=table.where, found=f"shape {values.shape}"
            )
    on_sky = (np.abs(lon) <= 360) & (np.abs(lat) <= 90)
    usable = np.isfinite(time) & on_sky & np.isfinite(energy) & (energy > 0)
    n_unusable = int(len(usable) - usable.sum())
    if n_unusable and n_unusable == len(usable):
        raise DataError(
            "no row of the event list can be used",
            where=table.where,
            found=f"{n_unusable} of {n_unusable} rows "
            "with a time, position or energy that is no number, or an energy that is not positive",
        )
    time = time + reference_time(table, fallback=gti_table)
    if n_unusable:
        time, lon, lat, energy = time[usable], lon[usable], lat[usable], energy[usable]
    return Events(time, lon, lat, energy, n_unusable)
