"""Good time intervals as a FITS table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from astropy.io import fits

from lightpool.export.provenance import CREATOR


def gti_hdu(runs: Iterable[Any]) -> fits.BinTableHDU:
    """Return the GTI extension of some runs, in time order; seconds of TT from J2000.0.

    Parameters
    ----------
    runs : iterable of Observation
    """
    intervals = [np.column_stack([run.gti.start, run.gti.stop]) for run in runs]
    rows = np.concatenate([np.empty((0, 2)), *intervals])
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    columns = [
        fits.Column("START", "D", "s", array=rows[:, 0]),
        fits.Column("STOP", "D", "s", array=rows[:, 1]),
    ]
    header = fits.Header(
        {
            "MJDREFI": 51544, "MJDREFF": 0.5, "TIMESYS": "TT", "TIMEUNIT": "s", "TIMEREF": "LOCAL",
            "HDUCLASS": "GADF", "HDUCLAS1": "GTI", "CREATOR": CREATOR,
        }
    )  # fmt: skip
    return fits.BinTableHDU.from_columns(columns, header, name="GTI")
