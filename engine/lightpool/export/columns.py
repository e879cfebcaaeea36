"""Columns with units as a FITS table and as text that astropy reads (ECSV 1.0)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from lightpool.export.provenance import CREATOR
from lightpool.fits_table import Column, table_bytes

_ECSV_TYPES = {"f": "float64", "b": "bool", "U": "string", "i": "int64"}


@dataclass(frozen=True, eq=False)
class Columns:
    """A table: columns of one length, numbers, truth values or text, each row a scalar or an array.

    Parameters
    ----------
    values : mapping of str to ndarray, shape (rows, ...)
        Those of type datetime64 are UTC.
    units : mapping of str to str
        Of the columns that have one.
    meta : mapping of str to value
        Keywords, of eight letters at most.
    """

    values: Mapping[str, np.ndarray]
    units: Mapping[str, str]
    meta: Mapping[str, Any] = field(default_factory=dict)


def fits_table(table: Columns, name: str) -> bytes:
    """Return the table as a FITS extension; times are text there."""
    columns = [Column(key, as_text(values), table.units.get(key, "")) for key, values in table.values.items()]
    return table_bytes(name, columns, {**table.meta, "CREATOR": CREATOR})


def write_ecsv(table: Columns, path: Path) -> None:
    """Write the table as ECSV; astropy's QTable reads times as Time, numbers as quantities."""
    lines = ["%ECSV 1.0", "---", "datatype:"]
    for key, values in table.values.items():
        unit = table.units.get(key)
        entry = f"name: {json.dumps(key)}, " + (f"unit: {unit}, " if unit else "")
        kind = _ECSV_TYPES[as_text(values).dtype.kind]
        if values.ndim > 1:
            shape = ",".join(map(str, values.shape[1:]))
            entry += f"datatype: string, subtype: '{kind}[{shape}]'"
        else:
            entry += f"datatype: {kind}"
        lines.append(f"- {{{entry}}}")
    lines.append("meta: !!omap")
    lines += [
        f"- {{{key}: {json.dumps(value)}}}" for key, value in {**table.meta, "CREATOR": CREATOR}.items()
    ]
    times = [key for key, values in table.values.items() if values.dtype.kind == "M"]
    if times:
        lines.append("- __serialized_columns__:")
        for key in times:
            lines += [
                f"    {key}:",
                "      __class__: astropy.time.core.Time",
                "      format: isot",
                "      scale: utc",
                f"      value: !astropy.table.SerializedColumn {{name: {key}}}",
            ]
    lines.append("schema: astropy-2.0")
    text = [f"# {line}" for line in lines]
    text.append(" ".join(table.values))
    columns = [as_text(values) for values in table.values.values()]
    text += [" ".join(map(_cell, row)) for row in zip(*columns, strict=True)]
    path.write_text("\n".join(text) + "\n", encoding="utf-8")


def as_text(values: np.ndarray) -> np.ndarray:
    """Return times as ISO text, to the millisecond; other columns as they are."""
    if values.dtype.kind != "M":
        return values
    half = np.timedelta64(500, "us")  # to the nearest: what is cut off is not always nothing
    return np.datetime_as_string((values + half).astype("datetime64[ms]"))


def _cell(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return json.dumps(value.tolist(), separators=(",", ":"))
    if isinstance(value, np.str_):
        return '"' + str(value).replace('"', '""') + '"'
    if isinstance(value, np.bool_ | np.integer):
        return str(value)
    return repr(float(value))
