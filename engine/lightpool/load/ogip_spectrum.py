"""One OGIP spectrum: counts, scalings and quality of each channel."""

from __future__ import annotations

import numpy as np

from lightpool.dl3.table import Table
from lightpool.errors import DataError


class Spectrum:
    """The columns of a SPECTRUM table, one entry for each channel of EBOUNDS, shape (r,).

    Parameters
    ----------
    table : Table
        Columns BACKSCAL, AREASCAL and QUALITY may be keywords instead.
    channels : ndarray, shape (r,), int
        Channel numbers of EBOUNDS.

    Attributes
    ----------
    counts, backscal : ndarray, shape (r,)
    good : ndarray, shape (r,), bool
    areascal : float
    exposure : float, s
    notes : tuple of str
    """

    def __init__(self, table: Table, channels: np.ndarray) -> None:
        self._table, self._n = table, len(channels)
        if "COUNTS" not in table and "RATE" in table:
            raise DataError(
                "the spectrum holds rates, which have lost their counts",
                where=table.where,
                found="column RATE",
                expected="column COUNTS",
            )
        counts = table.column("COUNTS", unit="", missing_unit="")
        if counts.ndim != 1:
            raise DataError(
                "the file holds several spectra",
                where=table.where,
                found=f"{len(counts)} rows of {counts.shape[1]} channels (TYPE:II)",
                expected="one spectrum a file",
            )
        self._at = _positions(table, len(counts), channels)
        if not (np.isfinite(counts).all() and counts.min(initial=0.0) >= 0):
            raise DataError("column COUNTS holds values that are no counts", where=table.where)
        self.counts = self._spread(counts, 0.0)
        self.backscal = self._each("BACKSCAL", None)
        areascal = self._each("AREASCAL", 1.0)[self._at]
        if not (areascal.min() > 0 and np.ptp(areascal) == 0):
            raise DataError(
                "AREASCAL is not one positive number for all channels",
                where=table.where,
                found=f"{areascal.min():g} to {areascal.max():g}",
            )
        self.areascal = float(areascal[0])
        self.exposure = float(table.number("EXPOSURE"))
        if not self.exposure > 0:
            raise DataError("EXPOSURE is not positive", where=table.where, found=f"{self.exposure:g} s")
        # Channels that the file leaves out were not measured.
        self.good = (self._each("QUALITY", 0.0) == 0) & self._spread(np.ones(len(counts)), 0.0).astype(bool)
        grouped = "GROUPING" in table and np.any(table.column("GROUPING") == -1)
        self.notes = (
            (f"{table.where}: channels are taken one by one, GROUPING is not used",) if grouped else ()
        )

    def _each(self, name: str, default: float | None) -> np.ndarray:
        """Return a column, or the keyword of that name for every channel."""
        if name in self._table:
            return self._spread(self._table.column(name).astype(float), default or 0.0)
        missing = () if default is None else (default,)
        return np.full(self._n, float(self._table.number(name, *missing)))

    def _spread(self, values: np.ndarray, absent: float) -> np.ndarray:
        out = np.full(self._n, absent)
        out[self._at] = values
        return out


def _positions(table: Table, n: int, channels: np.ndarray) -> np.ndarray:
    """Return where in EBOUNDS the rows of a spectrum belong, shape (n,)."""
    if n == len(channels):
        return np.arange(n)
    own = table.column("CHANNEL").astype(int)
    at = np.searchsorted(channels, own)
    if n > len(channels) or np.any(channels[np.minimum(at, len(channels) - 1)] != own):
        raise DataError(
            "the spectrum has channels that its matrix file does not know",
            where=table.where,
            found=f"{n} channels",
            expected=f"{len(channels)} channels, {channels[0]} to {channels[-1]}",
        )
    return at
