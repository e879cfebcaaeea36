"""Multilinear interpolation between the nodes of a response, on plain arrays."""

from __future__ import annotations

from itertools import product

import numpy as np

from lightpool.dl3.irf_axes import Location


def along_first(values: np.ndarray, at: Location) -> np.ndarray:
    """Return `values` interpolated along the first axis, float64.

    Parameters
    ----------
    values : ndarray, shape (n, ...)
    at : Location
        Of shape ``s`` on that axis.

    Returns
    -------
    ndarray, shape s + (...)
        Not clipped, and not set to zero outside.
    """
    low = values[at.index].astype(float)
    if len(values) == 1:
        return low
    weight = np.asarray(at.weight)
    step = values[at.index + 1] - low
    step *= weight.reshape(weight.shape + (1,) * (values.ndim - 1))
    step += low
    return step


def multilinear(values: np.ndarray, *at: Location) -> np.ndarray:
    """Return `values` interpolated along every axis at broadcast locations, float64.

    Parameters
    ----------
    values : ndarray, shape (n1, n2, ...)
    *at : Location
        One for each of the leading axes; their shapes broadcast.

    Returns
    -------
    ndarray, the broadcast shape, then the axes of `values` that are left
        Not clipped, and not set to zero outside.
    """
    shape, left = values.shape[: len(at)], values.ndim - len(at)
    total: np.ndarray | float = 0.0
    for corner in product((0, 1), repeat=len(at)):
        if any(up and n == 1 for up, n in zip(corner, shape, strict=True)):
            continue
        weight: np.ndarray | float = 1.0
        for up, place in zip(corner, at, strict=True):
            weight = weight * (place.weight if up else 1 - np.asarray(place.weight))
        weight = np.asarray(weight)
        index = tuple(np.asarray(place.index) + up for up, place in zip(corner, at, strict=True))
        total = total + weight.reshape(weight.shape + (1,) * left) * values[index].astype(float)
    return np.asarray(total)
