"""One spectrum with its background and responses from a FITS file of region maps, the peer's own format."""

from __future__ import annotations

import numpy as np

from lightpool.dl3.files import FitsFile
from lightpool.dl3.gti import Gti, read_gti
from lightpool.dl3.table import Table
from lightpool.errors import DataError
from lightpool.load.ogip_region import read_circles
from lightpool.load.spectrum_row import SpectrumRow

_CM2_PER_M2 = 1e4
_NEEDED = ("COUNTS", "COUNTS_OFF", "ACCEPTANCE", "ACCEPTANCE_OFF", "EXPOSURE", "EDISP")


def is_gadf_dataset(file: FitsFile) -> bool:
    """Return whether a file holds maps named as those of an ON/OFF dataset."""
    return "COUNTS" in _names(file) and "SPECTRUM" not in _names(file)


def read_gadf_dataset(file: FitsFile, name: str = "") -> SpectrumRow:
    """Return the spectrum of a file that holds a table for each map: COUNTS, COUNTS_OFF, EXPOSURE, EDISP, ...

    The format keeps no livetime; the good time stands in for it, and a note says so. It
    matters for rates only: the exposure of a fit is stored.

    Parameters
    ----------
    name : str
        What to call the spectrum; by default the file's name.

    Raises
    ------
    DataError
        Naming the table or column that is missing or cannot be used.
    """
    known = _names(file)
    missing = [hdu for hdu in _NEEDED if hdu not in known]
    if missing:
        raise DataError(
            f"HDU {missing[0]} is missing: this is no ON/OFF spectrum",
            where=file.name,
            found=", ".join(sorted(known)),
        )
    energy_edges = _edges(file, "COUNTS_BANDS", "E_MIN", "E_MAX")
    energy_true_edges = _edges(file, "EXPOSURE_BANDS", "ENERGY_TRUE_MIN", "ENERGY_TRUE_MAX")
    n, n_true = len(energy_edges) - 1, len(energy_true_edges) - 1
    gti = read_gti(file.table("GTI")) if "GTI" in known else None
    regions = {kind: f"{kind}_REGION" for kind in ("COUNTS", "COUNTS_OFF")}
    on, off = (read_circles(file.table(hdu)) if hdu in known else () for hdu in regions.values())
    exposure = _values(file, "EXPOSURE", (n_true,), "m2 s") * _CM2_PER_M2
    weight = exposure
    if "EDISP_EXPOSURE" in known:
        weight = _values(file, "EDISP_EXPOSURE", (n_true,), "m2 s") * _CM2_PER_M2
    return SpectrumRow(
        path=file.path,
        name=name or file.path.name.split(".")[0],
        energy_edges=energy_edges,
        energy_true_edges=energy_true_edges,
        **{hdu.lower(): _values(file, hdu, (n,)) for hdu in _NEEDED[:4]},
        mask_safe=_values(file, "MASK_SAFE", (n,)) != 0 if "MASK_SAFE" in known else np.ones(n, dtype=bool),
        exposure=exposure,
        edisp_exposure=weight,
        edisp=_values(file, "EDISP", (n_true, n)),
        livetime=0.0 if gti is None else gti.ontime,
        on=on,
        off=off,
        gti=gti,
        notes=(_livetime_note(file, gti),),
    )


def _names(file: FitsFile) -> set[str]:
    return {name.strip().upper() for name in file.hdu_names}


def _livetime_note(file: FitsFile, gti: Gti | None) -> str:
    stands = "it counts as none" if gti is None else f"its good time, {gti.ontime:.0f} s, stands in for it"
    return f"{file.name} keeps no livetime: {stands}"


def _values(file: FitsFile, hdu: str, shape: tuple[int, ...], unit: str = "") -> np.ndarray:
    """Return the values of a map over a region of one pixel, in `unit`."""
    table = file.table(hdu)
    values = table.column("DATA")
    if values.dtype.kind != "b":
        values = table.column("DATA", unit=unit)
    if values.size != np.prod(shape):
        raise DataError(
            "the map has another shape than its energies",
            where=table.where,
            found=f"{values.size} values",
            expected=" x ".join(map(str, shape)),
        )
    if not np.isfinite(values).all() or values.min(initial=0) < 0:
        raise DataError("the map holds negative values or none that are numbers", where=table.where)
    return values.reshape(shape)


def _edges(file: FitsFile, hdu: str, low: str, high: str) -> np.ndarray:
    table: Table = file.table(hdu)
    lows, highs = (table.column(name, unit="TeV") for name in (low, high))
    edges = np.append(lows, highs[-1:])
    touch = np.allclose(lows[1:], highs[:-1], rtol=1e-9)
    if not (len(lows) and np.isfinite(edges).all() and edges[0] > 0 and np.all(np.diff(edges) > 0) and touch):
        raise DataError(f"energies {low} and {high} are no axis", where=table.where)
    return edges
