"""The DL3 stores that the dashboard offers, as names that stand for paths.

A visitor of the page chooses data by name; only the operator, who starts the server, gives paths.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from lightpool.places import resolve_stores

#: Environment variables by which the server tells its kernels: the stores, as JSON {name: path}; the
#: configuration that they start from; and, as "1", that strangers read what they write.
STORES_VARIABLE = "LIGHTPOOL_STORES"
CONFIG_VARIABLE = "LIGHTPOOL_CONFIG"
PUBLIC_VARIABLE = "LIGHTPOOL_PUBLIC"

HESS_ATTRIBUTION = (
    "This work made use of data from the H.E.S.S. DL3 public test data release 1 "
    "(HESS DL3 DR1, H.E.S.S. collaboration, 2018). No scientific publications may be derived from the data."
)
SIMULATED_ATTRIBUTION = "Simulated events, made by Lightpool."


def attribution(path: Path) -> str:
    """Return the sentence by which the data of a store want to be acknowledged, or an empty string."""
    try:
        readme = (path / "README.txt").read_text(encoding="utf-8", errors="replace")
    except OSError:
        readme = ""
    if path.name == "hess-dl3-dr1" or "HESS DL3 DR1" in readme:
        return HESS_ATTRIBUTION
    return SIMULATED_ATTRIBUTION if readme.startswith("Simulated") else ""


def to_json(stores: Mapping[str, Path]) -> str:
    """Return the stores as the text that `configured_stores` reads in the kernel."""
    return json.dumps({name: str(path) for name, path in stores.items()})


def configured_stores(environ: Mapping[str, str] | None = None) -> dict[str, Path]:
    """Return the stores that the server chose for this kernel; without one, as `resolve_stores` does."""
    environ = os.environ if environ is None else environ
    text = environ.get(STORES_VARIABLE)
    if not text:
        return resolve_stores(environ=environ)
    return {name: Path(path) for name, path in json.loads(text).items()}
