"""The covariance of fitted parameters as a table of text, beside a model file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lightpool.config.analysis_config import read_text
from lightpool.errors import SettingsError


def read_covariance(path: Path) -> np.ndarray:
    """Return the matrix of a covariance table: one row for each parameter, in the order of the model file.

    Raises
    ------
    SettingsError
        If the file is missing or is no square table of numbers.
    """
    lines = [line.strip().strip("|") for line in read_text(path, what="covariance file").splitlines()]
    rows = [line.split("|")[1:] for line in lines if line and not line.startswith("#")][1:]
    try:
        matrix = np.array([[float(cell) for cell in row] for row in rows])
    except ValueError as error:
        raise SettingsError("this is no covariance table", where=str(path), found=str(error)) from None
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise SettingsError(
            "this is no covariance table",
            where=str(path),
            found=f"{len(rows)} rows",
            expected="a square table",
        )
    return matrix


def write_covariance(names: Sequence[Sequence[str]], blocks: Sequence[np.ndarray | None], path: Path) -> None:
    """Write one table for all models: a name and a row for each parameter.

    Parameters
    ----------
    names : sequence of the parameter names of each model
    blocks : sequence of ndarray, shape (parameters, parameters), or None
        Covariance of each model; zero where it has not been fitted, and between models.
    """
    flat = [name for group in names for name in group]
    matrix, start = np.zeros((len(flat), len(flat))), 0
    for group, block in zip(names, blocks, strict=True):
        stop = start + len(group)
        if block is not None:
            matrix[start:stop, start:stop] = block
        start = stop
    cells = [["Parameters", *(str(i) for i in range(len(flat)))]]
    cells += [[name, *(repr(float(v)) for v in row)] for name, row in zip(flat, matrix, strict=True)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    lines = [" | ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in cells]
    path.write_text("".join(f"| {line} |\n" for line in lines), encoding="utf-8")
