"""The energy dispersion as an OGIP redistribution matrix with rows of variable length."""

from __future__ import annotations

import numpy as np

from lightpool.export.provenance import CREATOR
from lightpool.fits_table import Column, table_bytes


def rmf_table(edisp: np.ndarray, energy_true_edges: np.ndarray) -> bytes:
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
        Column("ENERG_LO", energy_true_edges[:-1].astype("f4"), "TeV"),
        Column("ENERG_HI", energy_true_edges[1:].astype("f4"), "TeV"),
        Column("N_GRP", np.array([len(runs) for runs in groups], dtype="i2")),
        Column("F_CHAN", [np.array([a for a, _ in runs], dtype="i2") for runs in groups]),
        Column("N_CHAN", [np.array([b - a for a, b in runs], dtype="i2") for runs in groups]),
        Column("MATRIX", [row.astype("f4") for row in values]),
    ]
    keys = {
        "TELESCOP": "unknown", "INSTRUME": "unknown", "FILTER": "None", "CREATOR": CREATOR,
        "HDUCLASS": "OGIP", "HDUCLAS1": "RESPONSE", "HDUCLAS2": "RSP_MATRIX", "HDUCLAS3": "REDIST",
        "HDUVERS": "1.3.0", "CHANTYPE": "PHA", "DETCHANS": edisp.shape[1], "TLMIN4": 0,
        "NUMGRP": sum(len(runs) for runs in groups), "NUMELT": sum(len(row) for row in values),
    }  # fmt: skip
    return table_bytes("MATRIX", columns, keys)


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
