"""The parameters of a fit as a table: one row a parameter."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from lightpool.export.columns import Columns, write_ecsv
from lightpool.fitting import FitResult


def write_parameters(fit: FitResult, errors: Mapping[str, tuple[float, float]], path: Path) -> None:
    """Write best-fit parameters as ECSV; each row says its unit.

    Parameters
    ----------
    errors : mapping of parameter to (down, up)
        That follow the statistic; NaN for a parameter without.
    """
    parameters = fit.model.parameters
    none = (np.nan, np.nan)
    values = {
        "name": np.array([p.name for p in parameters]),
        "value": np.array([p.value for p in parameters], dtype=float),
        "error": np.array([p.error for p in parameters], dtype=float),
        "errn": np.array([errors.get(p.name, none)[0] for p in parameters], dtype=float),
        "errp": np.array([errors.get(p.name, none)[1] for p in parameters], dtype=float),
        "unit": np.array([p.unit for p in parameters], dtype=str),
        "frozen": np.array([p.frozen for p in parameters], dtype=bool),
    }
    write_ecsv(Columns(values, {}, {"MODEL": fit.model.type_name}), path)
