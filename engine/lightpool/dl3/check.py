"""What every run of a store has, lacks and what is damaged: the report behind ``lightpool check``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lightpool.dl3.html import report_html
from lightpool.errors import DataError

if TYPE_CHECKING:
    from lightpool.dl3.observation import Observation
    from lightpool.dl3.store import DataStore

#: The pieces of a run, in the order of the report.
PIECES = ("events", "gti", "aeff", "edisp", "psf", "bkg", "rad_max")
OK, OPTIONAL, REQUIRED, DAMAGED, UNUSED = (
    "ok",
    "optional missing",
    "required missing",
    "damaged",
    "not needed",
)
_BAD = (REQUIRED, DAMAGED)
_SIGN = {OK: "ok", OPTIONAL: "(none)", REQUIRED: "MISSING", DAMAGED: "DAMAGED", UNUSED: "-"}


@dataclass(frozen=True, slots=True)
class PieceReport:
    """The state of one piece of one run.

    Parameters
    ----------
    status : str
        ``ok``, ``optional missing``, ``required missing``, ``damaged`` or ``not needed``.
    message : str
        What is wrong, empty where nothing is.
    """

    status: str
    message: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class StoreReport:
    """A table of run against HDU.

    Parameters
    ----------
    store : str
        Name of the store.
    rows : dict
        For each run the state of every entry of `PIECES`.
    warnings : tuple of str
        What is odd about runs that can be used.
    """

    store: str
    rows: dict[int, dict[str, PieceReport]]
    warnings: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every run has all it needs, undamaged."""
        return not self.problems

    @property
    def problems(self) -> tuple[str, ...]:
        """One sentence for each piece that is damaged or missing though required."""
        return tuple(
            f"run {obs_id}: {piece.message}"
            for obs_id, row in self.rows.items()
            for piece in row.values()
            if piece.status in _BAD
        )

    def __str__(self) -> str:
        lines = [f"{self.store}: {len(self.rows)} runs", ""]
        lines.append("  ".join([f"{'obs_id':>10}", *(f"{name:<7}" for name in PIECES)]).rstrip())
        for obs_id, row in self.rows.items():
            signs = (f"{_SIGN[row[name].status]:<7}" for name in PIECES)
            lines.append("  ".join([f"{obs_id:>10}", *signs]).rstrip())
        lines.append("")
        lines += [f"problem: {text}" for text in self.problems]
        lines += [f"warning: {text}" for text in self.warnings]
        if self.ok:
            lines.append("Every run has what an analysis needs.")
        else:
            bad = [i for i, row in self.rows.items() if any(p.status in _BAD for p in row.values())]
            lines.append(f"{len(bad)} of {len(self.rows)} runs cannot be used as they are.")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<StoreReport {self.store}: {len(self.rows)} runs, {len(self.problems)} problems>"

    def _repr_html_(self) -> str:
        rows = [(obs_id, *(row[name].status for name in PIECES)) for obs_id, row in self.rows.items()]
        return report_html(self, ("obs_id", *PIECES), rows)


def check_store(store: DataStore, *, progress: Callable[[int], None] | None = None) -> StoreReport:
    """Return the report of a store; every file is read, nothing is kept.

    Parameters
    ----------
    progress : callable
        Called with each obs_id before it is read.
    """
    rows: dict[int, dict[str, PieceReport]] = {}
    warnings: list[str] = []
    for obs_id in store.obs_ids:
        if progress is not None:
            progress(obs_id)
        obs = store.fresh_observation(obs_id)
        rows[obs_id] = _check_run(obs)
        if all(piece.status not in _BAD for piece in rows[obs_id].values()):
            warnings += obs.warnings
    return StoreReport(store.name, rows, tuple(warnings))


def _check_run(obs: Observation) -> dict[str, PieceReport]:
    row = {name: _check_piece(obs, name) for name in ("events", "gti", "aeff", "edisp")}
    point_like = row["aeff"].status == OK and obs.is_point_like
    for name in ("psf", "bkg", "rad_max"):
        if obs.has(name):
            row[name] = _check_piece(obs, name)
        elif name == "rad_max" and point_like and row["edisp"].status == OK and obs.rad_max is not None:
            row[name] = PieceReport(OK, "RAD_MAX of the header")
        elif point_like or name == "rad_max":
            needed = name == "rad_max" and point_like
            row[name] = PieceReport(OPTIONAL if needed else UNUSED)
        else:
            row[name] = PieceReport(OPTIONAL) if name == "bkg" else _check_piece(obs, name)
    return row


def _check_piece(obs: Observation, name: str) -> PieceReport:
    if not obs.has(name):
        return PieceReport(REQUIRED, f"the index lists no {name}")
    try:
        getattr(obs, name)
        if name == "events":
            _ = obs.deadc, obs.lon, obs.lat
    except DataError as exc:
        return PieceReport(DAMAGED, str(exc))
    return PieceReport(OK)
