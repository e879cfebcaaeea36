"""How flux and spectral parameters vary, as a table: one row a quantity."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from lightpool.export.columns import Columns, as_text, write_ecsv


def write_variability(variability: xr.Dataset, path: Path) -> None:
    """Write what `lightpool.variability` says of time-resolved spectra as ECSV.

    The constant is in the unit of its quantity; where nothing doubled or halved, its time is empty.
    """
    values = {"quantity": variability["quantity"].to_numpy()}
    units = {}
    for name, column in variability.data_vars.items():
        values[str(name)] = _column(column.to_numpy())
        units[str(name)] = column.attrs.get("units", "")
    write_ecsv(Columns(values, units, {"TIMESYS": "utc"}), path)


def _column(values: np.ndarray) -> np.ndarray:
    """Return times as text, since a time in a table cannot be missing; other columns as they are."""
    if values.dtype.kind != "M":
        return values
    return np.where(np.isnat(values), "", as_text(values))
