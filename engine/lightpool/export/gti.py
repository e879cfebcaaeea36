"""Good time intervals as a FITS table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from lightpool.export.provenance import CREATOR
from lightpool.fits_table import Column, table_bytes


def gti_table(good: np.ndarray) -> bytes:
    """Return the GTI extension of some intervals, in time order.

    Parameters
    ----------
    good : ndarray, shape (n, 2), TT seconds since J2000.0
    """
    rows = good[np.argsort(good[:, 0], kind="stable")]
    columns = [Column("START", rows[:, 0], "s"), Column("STOP", rows[:, 1], "s")]
    keys = {
        "MJDREFI": 51544, "MJDREFF": 0.5, "TIMESYS": "TT", "TIMEUNIT": "s", "TIMEREF": "LOCAL",
        "HDUCLASS": "GADF", "HDUCLAS1": "GTI", "CREATOR": CREATOR,
    }  # fmt: skip
    return table_bytes("GTI", columns, keys)


def good_times(runs: Iterable[Any], span: tuple[float, float] | None = None) -> np.ndarray:
    """Return the good times of some runs, or as much of them as lies in a span, shape (n, 2), TT s.

    Without runs the span itself is taken.

    Parameters
    ----------
    runs : iterable of Observation
    span : (float, float), TT s
    """
    intervals = [np.column_stack([run.gti.start, run.gti.stop]) for run in runs]
    if span is None:
        return np.concatenate([np.empty((0, 2)), *intervals])
    if not intervals:
        return np.array([span])
    clipped = np.clip(np.concatenate(intervals), *span)
    return clipped[clipped[:, 1] > clipped[:, 0]]
