"""The redistribution matrix of an OGIP response as a dense array."""

from __future__ import annotations

import numpy as np

from lightpool.dl3.table import Table
from lightpool.errors import DataError


def read_matrix(table: Table, channels: np.ndarray) -> np.ndarray:
    """Return the energy dispersion, shape (energy_true, energy).

    Rows hold runs of channels, N_GRP of them, each N_CHAN long from F_CHAN on; what they leave
    out is zero (OGIP memo CAL/GEN/92-002, section 3.1.1).

    Parameters
    ----------
    table : Table
        MATRIX or SPECRESP MATRIX.
    channels : ndarray, shape (energy,), int
        Channel numbers of EBOUNDS.

    Raises
    ------
    DataError
        If a row contradicts itself, names channels that do not exist, or holds an effective area.
    """
    number = table.column("N_GRP").astype(int)
    first, length, values = (table.column(name) for name in ("F_CHAN", "N_CHAN", "MATRIX"))
    lowest = _lowest_channel(table, channels)
    matrix = np.zeros((len(table), len(channels)))
    for i, n_groups in enumerate(number):
        starts = np.atleast_1d(first[i])[:n_groups].astype(int) - lowest
        lengths = np.atleast_1d(length[i])[:n_groups].astype(int)
        row = np.atleast_1d(values[i]).astype(float)
        if len(starts) < n_groups or len(lengths) < n_groups or lengths.sum() > len(row):
            raise _damaged(table, i, f"N_GRP {n_groups}, {lengths.sum()} channels, {len(row)} values")
        if n_groups and (starts.min() < 0 or lengths.min() < 0 or (starts + lengths).max() > len(channels)):
            raise _damaged(
                table, i, f"channels {starts.min() + lowest} to {(starts + lengths).max() + lowest - 1}"
            )
        end = 0
        for start, size in zip(starts, lengths, strict=True):
            matrix[i, start : start + size] = row[end : end + size]
            end += size
    if not np.isfinite(matrix).all() or matrix.min(initial=0.0) < 0:
        raise DataError("the matrix holds values that are no probability", where=table.where)
    highest = matrix.sum(axis=1).max(initial=0.0)
    if highest > 1.01:
        raise DataError(
            "the rows of the matrix are no probabilities: it may hold the effective area as well",
            where=table.where,
            found=f"a row that sums to {highest:.4g}",
            expected="at most 1, and the effective area in the file of ANCRFILE",
        )
    return matrix


def _lowest_channel(table: Table, channels: np.ndarray) -> int:
    """Return the number of the first channel: TLMIN of F_CHAN, else what EBOUNDS begins with."""
    fields = range(1, int(table.number("TFIELDS", 0)) + 1)
    at = next((n for n in fields if table.text(f"TTYPE{n}").upper() == "F_CHAN"), 0)
    return int(table.number(f"TLMIN{at}", channels[0]))


def _damaged(table: Table, row: int, found: str) -> DataError:
    return DataError(f"row {row} of the matrix contradicts itself or EBOUNDS", where=table.where, found=found)
