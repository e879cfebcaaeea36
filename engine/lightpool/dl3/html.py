"""Notebook views of a store and its runs, from the index alone; text from files is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from lightpool.html import details, table
from lightpool.times import to_utc

if TYPE_CHECKING:
    from lightpool.dl3.check import StoreReport
    from lightpool.dl3.observation import Observation
    from lightpool.dl3.store import DataStore

_ROWS = 30


def store_html(store: DataStore) -> str:
    """Return the view of a store: its targets, their runs, hours and zenith angles."""
    runs, row = store.runs, {obs_id: i for i, obs_id in enumerate(store.obs_ids)}
    targets = store.targets()
    rows = []
    for name, ids in targets.items():
        at = [row[i] for i in ids]
        numbers = ", ".join(map(str, ids[:4])) + (" ..." if len(ids) > 4 else "")
        rows.append((name, len(ids), _hours(runs["ontime"][at]), _span(runs["zen_pnt"][at]), numbers))
    facts = [f"{len(store.obs_ids)} runs", f"{len(targets)} targets"]
    hours, events = _hours(runs["ontime"]), runs["n_events"]
    facts += [f"{hours} h"] if hours else []
    facts += [f"{events.sum():,} events".replace(",", " ")] if (events >= 0).all() else []
    start, stop = runs["tstart"], runs["tstop"]
    if np.isfinite(start).any() and np.isfinite(stop).any():
        facts.append(" to ".join(str(to_utc(t))[:10] for t in (np.nanmin(start), np.nanmax(stop))))
    head = ("target", "runs", "hours", "zenith (deg)", "obs_id")
    return table(head, rows, caption=f"DataStore: {store.name}", facts=", ".join(facts), limit=_ROWS)


def observations_html(observations: Sequence[Observation]) -> str:
    """Return the view of a selection."""
    rows = [(obs.obs_id, *obs.summary()) for obs in observations]
    head = ("obs_id", "target", "pointing (deg)", "zenith (deg)")
    return table(head, rows, caption=f"{len(observations)} observations", limit=_ROWS)


def observation_html(obs: Observation) -> str:
    """Return the view of one run."""
    target, pointing, zenith = obs.summary()
    rows = [
        ("target", target),
        ("pointing (ICRS)", f"{pointing} deg" if pointing else ""),
        ("zenith angle", f"{zenith} deg" if zenith else ""),
        ("pieces", obs.pieces),
        ("files", ", ".join(path.name for path in obs.files)),
    ]
    return table((), [r for r in rows if r[1]], caption=f"Observation: {obs.obs_id}")


def report_html(report: StoreReport, head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return the view of a report: what is wrong first, the runs on demand."""
    notes = [f"Problem: {text}" for text in report.problems] + [f"Warning: {w}" for w in report.warnings]
    verdict = "every run has what an analysis needs" if report.ok else "some runs cannot be used as they are"
    title = table((), [], caption=f"StoreReport: {report.store}", facts=verdict, notes=notes)
    return title + details(f"{len(report.rows)} runs", table(head, rows))


def _hours(seconds: np.ndarray) -> str:
    return f"{np.nansum(seconds) / 3600:.1f}" if np.isfinite(seconds).any() else ""


def _span(angles: np.ndarray) -> str:
    known = angles[np.isfinite(angles)]
    if not len(known):
        return ""
    low, high = f"{known.min():.0f}", f"{known.max():.0f}"
    return low if low == high else f"{low} - {high}"
