"""The energy dispersion as an OGIP redistribution matrix with rows of variable length."""

from __future__ import annotations

import numpy as np
from astropy.io import fits

from lightpool.export.provenance import CREATOR


def rmf_hdu(edisp: np.ndarray, energy_true_edges: np.ndarray) -> fits.BinTableHDU:
    """Return the MATRIX extension: for each true energy, the runs of channels that are not zero.

    Parameters
    ----------
    edisp : ndarray, shape (energy_true, energy)
    energy_true_edges : ndarray, shape (energy_true + 1,), TeV
    """
    groups = [_runs(row) for row in edisp]
    values = [
        np.concatenate([row[a:b] for a, b in runs] or [row[:0]])
        for row, runs in zip(edisp, groups, strict=True)
    ]
    columns = [
        fits.Column("ENERG_LO", "E", "TeV", array=energy_true_edges[:-1]),
        fits.Column("ENERG_HI", "E", "TeV", array=energy_true_edges[1:]),
        fits.Column("N_GRP", "I", array=[len(runs) for runs in groups]),
        fits.Column("F_CHAN", "PI()", array=_ragged([[a for a, _ in runs] for runs in groups], "int16")),
        fits.Column("N_CHAN", "PI()", array=_ragged([[b - a for a, b in runs] for runs in groups], "int16")),
        fits.Column("MATRIX", "PE()", array=_ragged(values, "float32")),
    ]
    header = fits.Header(
        {
            "TELESCOP": "unknown", "INSTRUME": "unknown", "FILTER": "None", "CREATOR": CREATOR,
            "HDUCLASS": "OGIP", "HDUCLAS1": "RESPONSE", "HDUCLAS2": "RSP_MATRIX", "HDUCLAS3": "REDIST",
            "HDUVERS": "1.3.0", "CHANTYPE": "PHA", "DETCHANS": edisp.shape[1], "TLMIN4": 0,
            "NUMGRP": sum(len(runs) for runs in groups), "NUMELT": sum(len(row) for row in values),
        }
    )  # fmt: skip
    return fits.BinTableHDU.from_columns(columns, header, name="MATRIX")


def _runs(row: np.ndarray) -> list[tuple[int, int]]:
    """Return first and one-past-last index of every run of nonzero values.

    Examples
    --------
    >>> _runs(np.array([0, 1, 2, 0, 3]))
    [(1, 3), (4, 5)]
    """
    # Judged in the precision that is stored, so that a value that underflows does not start a run.
    nonzero = np.concatenate([[False], row.astype("float32") != 0, [False]])
    edges = np.flatnonzero(nonzero[1:] != nonzero[:-1])
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _ragged(rows: list[list[int]] | list[np.ndarray], dtype: str) -> np.ndarray:
    out = np.empty(len(rows), dtype=object)
    for i, row in enumerate(rows):
        out[i] = np.asarray(row, dtype=dtype)
    return out
