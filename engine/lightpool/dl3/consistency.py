"""Checks of one run's pieces against each other: what contradicts is an error, what is odd a sentence."""

from __future__ import annotations

import math

import numpy as np

from lightpool.dl3.effective_area import EffectiveArea
from lightpool.dl3.events import Events
from lightpool.dl3.gti import Gti
from lightpool.dl3.table import Table
from lightpool.errors import DataError
from lightpool.sky import separation

_DAY = 86400.0
_FIELD = 20.0  # deg: no Cherenkov camera sees further from its pointing


def check_frame(header: Table) -> None:
    """Raise a DataError if the directions of an event list are not of the equator and equinox J2000.

    FK5 passes for ICRS: they differ by hundredths of an arcsecond.
    """
    frame = (header.text("RADECSYS") or header.text("RADESYS") or "ICRS").upper()
    equinox = header.number("EQUINOX", 2000.0)
    if frame not in ("ICRS", "FK5") or equinox != 2000:
        raise DataError(
            "directions of this frame cannot be used",
            where=header.where,
            found=f"{frame}, equinox {equinox:g}",
            expected="ICRS or FK5, equinox 2000",
        )


def check_events(events: Events, where: str, *, gti: Gti, lon: float, lat: float) -> None:
    """Raise a DataError if most events are days away from the good time or far from the pointing."""
    if not len(events):
        return
    late = _days_away(events, gti)
    if late.mean() > 0.5:
        raise DataError(
            "the events are not of the time of the GTI",
            where=where,
            found=f"{int(late.sum())} of {len(events)} events more than a day away",
            remedy="Compare MJDREFI, MJDREFF and TIMESYS of EVENTS and GTI",
        )
    distance = float(np.median(separation(lon, lat, events.lon, events.lat)))
    if distance > _FIELD:
        raise DataError(
            "the events are not near the pointing RA_PNT, DEC_PNT",
            where=where,
            found=f"a median distance of {distance:.1f} deg",
            expected=f"at most {_FIELD:g} deg",
        )


def event_warnings(
    run: str, events: Events, gti: Gti, aeff: EffectiveArea, *, n_expected: int = -1
) -> tuple[str, ...]:
    """Return sentences about the event list of `run`; the index expects `n_expected` rows (-1: any)."""
    out = []
    n_rows = len(events) + events.n_unusable
    if n_expected not in (-1, n_rows):
        out.append(f"{run}: the event list has {n_rows} rows, the obs-index says {n_expected}.")
    if events.n_unusable:
        out.append(
            f"{run}: {events.n_unusable} of {n_rows} event rows cannot be used "
            "(no number, or energy not positive) and are left out."
        )
    if not len(events):
        return (*out, f"{run}: the event list is empty.")
    if doubles := _doubles(events):
        out.append(f"{run}: {doubles} events are in the list more than once.")
    late = int(_days_away(events, gti).sum())
    if late:
        out.append(f"{run}: {late} events are more than a day outside the good time.")
    median, edges = float(np.median(events.energy)), aeff.energy.edges
    if not edges[0] / 10 <= median <= edges[-1] * 10:
        out.append(
            f"{run}: the median event energy {median:.3g} TeV is far from the effective area's "
            f"{edges[0]:.3g} to {edges[-1]:.3g} TeV; check the unit of ENERGY."
        )
    largest = float(aeff.values.max())
    if not 10 <= largest <= 1e8:
        out.append(f"{run}: the largest effective area is {largest:.3g} m2; check the unit of EFFAREA.")
    return tuple(out)


def header_warnings(
    run: str, header: Table, gti: Gti, pointing: tuple[float, float], index_pointing: tuple[float, float]
) -> tuple[str, ...]:
    """Return sentences about header values of `run` that do not agree with its tables or the index."""
    out = []
    ontime = header.number("ONTIME", None)
    if ontime is not None and abs(ontime - gti.ontime) > 0.01 * gti.ontime:
        out.append(f"{run}: the good time sums to {gti.ontime:.1f} s, the header says ONTIME {ontime:.1f} s.")
    livetime, deadc = header.number("LIVETIME", None), header.number("DEADC", None)
    if ontime and livetime is not None and deadc is not None and abs(livetime / ontime - deadc) > 0.01:
        out.append(f"{run}: DEADC is {deadc:.4f}, but LIVETIME / ONTIME is {livetime / ontime:.4f}.")
    mode = header.text("OBS_MODE").upper()
    if mode in ("DRIFT", "SLEW", "SLEWING"):
        out.append(f"{run}: OBS_MODE is {mode}, but the pointing is taken as fixed at RA_PNT, DEC_PNT.")
    if all(math.isfinite(v) for v in index_pointing):
        apart = float(separation(*pointing, *index_pointing))
        if apart > 0.05:
            out.append(f"{run}: the pointing of the events is {apart:.2f} deg from that of the obs-index.")
    return tuple(out)


def _doubles(events: Events) -> int:
    order = np.argsort(events.time, kind="stable")
    same = np.diff(events.time[order]) == 0
    for values in (events.energy, events.lon, events.lat):
        same &= np.diff(values[order]) == 0
    return int(same.sum())


def _days_away(events: Events, gti: Gti) -> np.ndarray:
    return (events.time < gti.start.min() - _DAY) | (events.time > gti.stop.max() + _DAY)
