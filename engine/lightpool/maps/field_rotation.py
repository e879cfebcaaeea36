"""How a field of view turns against the sky for a mount in altitude and azimuth."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np

from lightpool.dl3 import Observation
from lightpool.pieces import Interval
from lightpool.sky import offset_by, tangent_axes, unit_vectors
from lightpool.times import J2000

#: The field turns by no more than this between two of the angles, deg.
STEP = 1.0
_DAY = 86400.0
_MOST_STEPS = 4096


class Turn(NamedTuple):
    """Where the zenith is, and for what share of the time.

    Parameters
    ----------
    angle : float or None, deg
        Position angle of the zenith at the pointing, north through east; None for a field that
        keeps north up.
    share : float
    """

    angle: float | None
    share: float


def field_turns(run: Observation, time_range: Interval | None = None) -> list[Turn]:
    """Return the angles under which the zenith stands during the good time of a run, or a part of it.

    Each good time interval is cut into equal parts, so many that the field turns by at most
    `STEP` from one to the next, and each part stands for the angle in its middle.
    """
    turns = []
    least, most = time_range or (-np.inf, np.inf)
    starts, stops = np.maximum(run.gti.start, least), np.minimum(run.gti.stop, most)
    good = stops > starts
    ontime = float(np.sum((stops - starts)[good]))
    for start, stop in zip(starts[good], stops[good], strict=True):
        n, angles = 1, _zenith_angles(run, np.array([(start + stop) / 2]))
        span = _zenith_angles(run, np.array([start, stop]))
        while n < _MOST_STEPS and max(np.ptp(span) / n, np.abs(np.diff(angles)).max(initial=0)) > STEP:
            n *= 2
            angles = _zenith_angles(run, start + (np.arange(n) + 0.5) * (stop - start) / n)
        share = (stop - start) / ontime / n
        turns += [Turn(float(angle), share) for angle in angles]
    return turns


def _zenith_angles(run: Observation, times: np.ndarray) -> np.ndarray:
    """Return the position angle of the zenith at the pointing, shape (times,), deg, without jumps.

    Parameters
    ----------
    times : ndarray, TT seconds since J2000.0
    """
    import erfa

    lon, lat, height = run.site
    north_lon, north_lat = offset_by(run.lon, run.lat, 0.0, 0.01)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", erfa.ErfaWarning)  # a dubious year past the last leap second
        utc = erfa.taiutc(*erfa.tttai(np.full(times.shape, J2000), times / _DAY))
        place = (np.radians(lon), np.radians(lat), height, 0.0, 0.0)  # no polar motion
        no_air = (0.0, 0.0, 0.0, 0.55)
        pointing, north = (
            erfa.atco13(np.radians(x), np.radians(y), 0, 0, 0, 0, *utc, 0.0, *place, *no_air)[:2]
            for x, y in ((run.lon, run.lat), (float(north_lon), float(north_lat)))
        )
    # Seen with the zenith up, azimuth grows to the right: north stands as far right of the
    # zenith as the zenith stands left, that is east, of north.
    angles = []
    for (az, zd), (az2, zd2) in zip(zip(*pointing, strict=True), zip(*north, strict=True), strict=True):
        _, right, up = tangent_axes(np.degrees(az), 90 - np.degrees(zd))
        target = unit_vectors(np.degrees(az2), 90 - np.degrees(zd2))
        angles.append(np.arctan2(target @ right, target @ up))
    return np.degrees(np.unwrap(angles))
