"""Which runs of the store a configuration selects, and what it asks of them."""

from __future__ import annotations

from lightpool.config import AnalysisConfig
from lightpool.config.analysis_config import read_text
from lightpool.config.paths import find
from lightpool.dl3 import DataStore
from lightpool.errors import SettingsError


def open_store(config: AnalysisConfig) -> DataStore:
    """Return the store that the configuration names."""
    return DataStore(
        find(config.observations.datastore, where="observations.datastore", beside=config.directory)
    )


def select_runs(config: AnalysisConfig, store: DataStore) -> tuple[int, ...]:
    """Return the selected runs: of the list, if there is one, those in the cone and the observing time."""
    wanted = config.observations
    ids = wanted.obs_ids or listed_runs(config)
    cone = wanted.obs_cone.circle("observations.obs_cone")
    time = observing_time(config)
    chosen = store.select(obs_id=list(ids) or None, cone=cone, time=time)
    return tuple(int(obs_id) for obs_id in chosen.obs_ids)


def listed_runs(config: AnalysisConfig) -> tuple[int, ...]:
    """Return the run numbers of ``obs_file``: the first word of each line."""
    name, where = config.observations.obs_file, "observations.obs_file"
    if name is None:
        return ()
    path = find(name, where=where, beside=config.directory)
    ids = []
    for number, line in enumerate(read_text(path, what="run list").splitlines(), start=1):
        words = line.partition("#")[0].replace(",", " ").split()
        if not words:
            continue
        if not words[0].isdigit():
            raise SettingsError(
                "this is no run number", where=f"{path}, line {number}", found=f"'{words[0]}'"
            )
        ids.append(int(words[0]))
    if not ids:
        raise SettingsError("this run list is empty", where=str(path))
    return tuple(ids)


def observing_time(config: AnalysisConfig) -> tuple[str, str] | None:
    """Return the range of observing times, an open side far away."""
    wanted = config.observations.obs_time
    if not wanted.is_set:
        return None
    return wanted.start or "1980-01-01", wanted.stop or "2100-01-01"


def required_pieces(config: AnalysisConfig) -> tuple[str, ...]:
    """Return the pieces that the file asks for; the default list of all kinds is not such a wish."""
    wanted = config.observations
    if not wanted.differs("required_irf"):
        return ()
    return tuple(piece for piece in wanted.required_irf if piece != "rad_max")


def absolute(text: str, config: AnalysisConfig) -> str:
    """Return a path that means the same from anywhere; one with an environment variable does already."""
    return text if "$" in text else str(find(text, where="path", beside=config.directory))
