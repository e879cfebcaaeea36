"""Notebook views of a store and its runs; text from files is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lightpool.dl3.observation import Observation
    from lightpool.dl3.store import DataStore

_ROWS = 30


def html_table(title: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return an HTML table; every text is escaped."""
    cells = "".join(f"<th>{escape(text)}</th>" for text in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(v))}</td>" for v in row) + "</tr>" for row in rows)
    caption = f"<caption>{escape(title)}</caption>"
    return f"<table>{caption}<thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>"


def store_html(store: DataStore) -> str:
    """Return the view of a store: its targets."""
    rows = [
        (name, len(ids), ", ".join(map(str, ids[:6])) + (" ..." if len(ids) > 6 else ""))
        for name, ids in store.targets().items()
    ]
    return html_table(
        f"DataStore {store.name}: {len(store.obs_ids)} runs", ("target", "runs", "obs_id"), rows
    )


def observations_html(observations: Sequence[Observation]) -> str:
    """Return the view of a selection, from the index alone: nothing is read for it."""
    rows: list[Sequence[Any]] = [(obs.obs_id, *obs.summary()) for obs in observations[:_ROWS]]
    if len(observations) > _ROWS:
        rows.append((f"and {len(observations) - _ROWS} more", "", "", ""))
    head = ("obs_id", "target", "pointing (deg)", "zenith (deg)")
    return html_table(f"{len(observations)} observations", head, rows)


def observation_html(obs: Observation) -> str:
    """Return the view of one run, from the index alone."""
    return html_table(
        f"Observation {obs.obs_id}",
        ("target", "pointing (deg)", "zenith (deg)", "pieces"),
        [(*obs.summary(), obs.pieces)],
    )
