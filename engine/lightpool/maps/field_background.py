"""The background that a run's response expects in each energy bin and pixel."""

from __future__ import annotations

import numpy as np

from lightpool.dl3 import Background2D, Observation
from lightpool.maps.field_rotation import Turn, field_turns
from lightpool.maps.footprint import field_components, footprint
from lightpool.maps.geometry import MapGeometry
from lightpool.memo import per_run
from lightpool.pieces import Interval, pieces_of

_MEV_PER_TEV = 1e6


@per_run(maxsize=2)
def expected_background(
    run: Observation,
    geometry: MapGeometry,
    offset_max: float,
    energy: tuple[float, ...],
    time_range: Interval | None = None,
) -> np.ndarray:
    """Return the expected counts in each energy bin and pixel of a run's footprint, float32.

    The rate is evaluated at the edges of the energy bins and integrated as a power law between
    them; it counts per ontime, not livetime (GADF, background models). Gaps between energies are
    filled first, and radial models are constant beyond their outer nodes.

    Parameters
    ----------
    energy : tuple of float, TeV
        Edges.
    time_range : (float, float), TT s, optional
        Nothing outside counts.

    Returns
    -------
    ndarray, shape (energy, rows, columns)
    """
    edges = np.asarray(energy)
    background = run.bkg.without_gaps()
    if isinstance(background, Background2D):
        background, is_turning, is_mirrored = background.padded(), False, False
    else:
        is_turning, is_mirrored = background.fov_align == "ALTAZ", background.mirrored
    (piece,) = pieces_of((run,), within=time_range)
    along, east, north = field_components(run, geometry, offset_max)
    total: np.ndarray | float = 0.0
    for turn in field_turns(run, time_range) if is_turning else [Turn(None, 1.0)]:
        right, up = (east, north) if turn.angle is None else _turned(east, north, turn.angle)
        fov_lon, fov_lat = np.degrees(np.arctan2(right, along)), np.degrees(np.arcsin(np.clip(up, -1, 1)))
        rate = background.spectra(edges, -fov_lon if is_mirrored else fov_lon, fov_lat)
        total = total + turn.share * power_law_integral(rate, edges)
    part = footprint(run, geometry, offset_max).part
    counts = total * (geometry.solid_angle[part] * (piece.ontime * _MEV_PER_TEV))
    return np.asarray(counts, dtype=np.float32)


def _turned(east: np.ndarray, north: np.ndarray, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Return components along growing azimuth and along the zenith, whose position angle (deg) is given."""
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return north * sin - east * cos, north * cos + east * sin


def power_law_integral(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return the integral over each bin of the power law through its two edges, shape (bins, ...).

    Parameters
    ----------
    values : ndarray, shape (bins + 1, ...)
        At the edges; a bin with a zero at either edge has the integral zero.
    edges : ndarray, shape (bins + 1,), > 0

    Examples
    --------
    >>> power_law_integral(np.array([4.0, 1.0]), np.array([1.0, 2.0])).tolist()
    [2.0]
    """
    column = edges.reshape((-1,) + (1,) * (values.ndim - 1))
    moment = values * column
    low, high = moment[:-1], moment[1:]
    width = np.log(column[1:] / column[:-1])
    # The integral of x f(x) d ln x is the width times the logarithmic mean of both ends.
    with np.errstate(divide="ignore", invalid="ignore"):
        log_ratio = np.log(high / low)
        mean = np.where(np.abs(log_ratio) > 1e-6, (high - low) / log_ratio, (low + high) / 2)
    return np.where((low > 0) & (high > 0), mean * width, 0.0)
