"""Where results come from: versions, runs, files and settings, as plain values."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import lightpool

_PACKAGES = ("numpy", "scipy", "astropy", "iminuit", "xarray")
CREATOR = f"Lightpool {lightpool.__version__}"


def provenance(
    observations: Iterable[Any], config: dict[str, Any] | None, *, before: str | None = None
) -> dict[str, Any]:
    """Return what somebody needs to make the same results again.

    Parameters
    ----------
    observations : iterable of Observation
    config : dict, optional
        The resolved configuration as plain values.
    before : str, optional
        JSON text: the provenance of reduced data that the analysis started from.
    """
    runs = list(observations)
    files = dict.fromkeys(str(path.name) for run in runs for path in run.files)
    earlier = json.loads(before) if before else {}
    return {
        "creator": CREATOR,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
        "obs_ids": [int(run.obs_id) for run in runs] or earlier.get("obs_ids", []),
        "files": list(files),
        "config": config,
        **({"before": earlier} if earlier else {}),
    }


def as_attrs(origin: dict[str, Any]) -> dict[str, Any]:
    """Return provenance as attributes that a netCDF file can hold."""
    return {
        "creator": origin["creator"],
        "created": origin["created"],
        "obs_ids": json.dumps(origin["obs_ids"]),
        "config": json.dumps(origin["config"]),
        "provenance": json.dumps(origin),
    }
