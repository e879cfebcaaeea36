"""The axes of an instrument response: nodes, outer edges and where a value lies between nodes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from lightpool.dl3.table import Table
from lightpool.errors import DataError


class Location(NamedTuple):
    """Where values lie on an axis: the node below, the part of the step above it, inside the edges."""

    index: Any
    weight: Any
    inside: Any


@dataclass(frozen=True, eq=False)
class Axis:
    """One axis of a response.

    Parameters
    ----------
    name : str
        Column prefix in the file, such as ``ENERG``.
    nodes : ndarray, shape (n,)
        Bin centres (geometric for a logarithmic axis), or the nodes themselves.
    edges : ndarray, shape (n + 1,)
        Bin edges. Nodes given alone get edges half way, and half a step out at the ends.
    log : bool
        Whether interpolation goes in the logarithm.
    """

    name: str
    nodes: np.ndarray
    edges: np.ndarray
    log: bool = False
    _scaled: np.ndarray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_scaled", np.log(self.nodes) if self.log else self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    def locate(self, values: Any) -> Location:
        """Return where `values` (any shape, positive on a logarithmic axis) lie.

        The weight leaves [0, 1] between an outer node and its outer edge (linear extrapolation).
        On an axis of one bin everything is at its node; a single node without width has no outside.
        """
        x = np.asarray(values, dtype=float)
        low_edge, high_edge = self.edges[0], self.edges[-1]
        inside = (x >= low_edge) & (x <= high_edge) if low_edge < high_edge else np.ones(x.shape, dtype=bool)
        if len(self.nodes) == 1:
            return Location(np.zeros(x.shape, dtype=int), np.zeros(x.shape), inside)
        scaled = np.log(x) if self.log else x
        index = np.clip(np.searchsorted(self._scaled, scaled, side="right") - 1, 0, len(self.nodes) - 2)
        low = self._scaled[index]
        weight = (scaled - low) / (self._scaled[index + 1] - low)
        return Location(index, weight, inside)


def node_axis(name: str, nodes: np.ndarray, *, log: bool = False) -> Axis:
    """Return an axis of nodes, its outer edges half a step further out."""
    if len(nodes) == 1:
        return Axis(name, nodes, np.array([nodes[0], nodes[0]]), log)
    x = np.log(nodes) if log else nodes
    middle = (x[:-1] + x[1:]) / 2
    edges = np.concatenate([[1.5 * x[0] - 0.5 * x[1]], middle, [1.5 * x[-1] - 0.5 * x[-2]]])
    return Axis(name, nodes, np.exp(edges) if log else edges, log)


def read_axis(table: Table, name: str, unit: str, *, log: bool = False) -> Axis:
    """Return the axis stored as columns ``<name>_LO`` and ``<name>_HI``.

    Equal LO and HI everywhere mean nodes (H.E.S.S. offsets); otherwise they are bins without gaps.

    Raises
    ------
    DataError
        If values are missing, not finite, not increasing, with gaps, or not positive on a logarithmic axis.
    """
    low = table.cell(f"{name}_LO", unit=unit).ravel()
    high = table.cell(f"{name}_HI", unit=unit).ravel()
    columns = f"{name}_LO and {name}_HI"
    if low.shape != high.shape or not low.size:
        raise DataError(f"{columns} differ in length", where=table.where, found=f"{low.size} and {high.size}")
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        raise DataError(f"{columns} hold values that are not numbers", where=table.where)
    if log and low[0] <= 0:
        raise DataError(f"{columns} must be positive", where=table.where, found=f"{low[0]:g} {unit}".rstrip())
    for values, column in ((low, f"{name}_LO"), (high, f"{name}_HI")):
        wrong = np.flatnonzero(np.diff(values) <= 0)
        if wrong.size:
            i = int(wrong[0]) + 1
            raise DataError(
                f"{column} must increase",
                where=table.where,
                found=f"{values[i]:g} after {values[i - 1]:g} {unit}".rstrip() + f" (value {i})",
            )
    if np.array_equal(low, high):
        return node_axis(name, low, log=log)
    width = high - low
    if np.any(width <= 0):
        i = int(np.flatnonzero(width <= 0)[0])
        raise DataError(
            f"a bin of {columns} has no width", where=table.where, found=f"{low[i]:g} to {high[i]:g}"
        )
    apart = np.abs(low[1:] - high[:-1]) > 1e-3 * np.minimum(width[1:], width[:-1])
    if apart.any():
        i = int(np.flatnonzero(apart)[0])
        raise DataError(
            f"the bins of {columns} leave gaps or overlap",
            where=table.where,
            found=f"a bin up to {high[i]:g}, the next from {low[i + 1]:g}",
        )
    edges = np.append(low, high[-1])
    nodes = np.sqrt(edges[:-1] * edges[1:]) if log else (edges[:-1] + edges[1:]) / 2
    return Axis(name, nodes, edges, log)


def read_values(
    table: Table, *names: str, unit: str, axes: tuple[Axis, ...], missing_unit: str = ""
) -> np.ndarray:
    """Return a response's cell, shape of `axes` (first axis slowest), float64 in `unit`.

    Axes of length 1 may be left out of the cell, and a flat cell is taken in the order of FITS.

    Raises
    ------
    DataError
        If the size or the shape does not fit the axes, or a value is not finite.
    """
    cell = table.cell(*names, unit=unit, missing_unit=missing_unit)
    shape = tuple(len(axis) for axis in axes)
    if cell.size != np.prod(shape) or (cell.ndim > 1 and _squeezed(cell.shape) != _squeezed(shape)):
        raise DataError(
            f"column {names[0]} does not fit its axes",
            where=table.where,
            found=f"shape {cell.shape}",
            expected=f"{shape} for ({', '.join(axis.name for axis in axes)})",
        )
    values = cell.reshape(shape)
    finite = np.isfinite(values)
    if not finite.all():
        first = np.argwhere(~finite)[0]
        place = ", ".join(f"{axis.name} {axis.nodes[i]:.3g}" for axis, i in zip(axes, first, strict=True))
        raise DataError(
            f"column {names[0]} has {int((~finite).sum())} values that are not numbers",
            where=table.where,
            found=f"{values[tuple(first)]} at {place}",
        )
    return values


def _squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(n for n in shape if n != 1)


def reject_negative(values: np.ndarray, column: str, where: str, *, tolerance: float) -> None:
    """Raise a DataError if a value lies below zero by more than `tolerance` times the largest.

    Smoothed tables swing slightly below zero (the public H.E.S.S. release does); evaluation clips that.
    """
    lowest, highest = float(values.min()), float(values.max())
    if lowest < -tolerance * abs(highest):
        raise DataError(
            f"column {column} is negative", where=where, found=f"{lowest:g} (largest value {highest:g})"
        )
