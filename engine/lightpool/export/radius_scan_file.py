"""A scan of the ON radius as a table: one row a radius."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from lightpool.export.columns import Columns, write_ecsv
from lightpool.radius_scan import RadiusScan


def write_radius_scan(scan: RadiusScan, path: Path) -> None:
    """Write a scan as ECSV; NaN where no run has an OFF region."""
    values = {field.name: getattr(scan, field.name) for field in fields(scan)}
    write_ecsv(Columns(values, {"radius": "deg"}), path)
