"""One OGIP spectrum with the background, effective area and matrix files that its header names."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lightpool.dl3.files import FitsFile
from lightpool.dl3.gti import Gti, read_gti
from lightpool.dl3.table import Table
from lightpool.errors import DataError
from lightpool.load.ogip_region import read_circles
from lightpool.load.ogip_spectrum import Spectrum
from lightpool.load.rmf import read_matrix
from lightpool.load.spectrum_row import SpectrumRow

_CM2_PER_M2 = 1e4
#: Energies that are stored in single precision agree to this.
_SAME = 1e-5


def read_ogip_set(path: Path) -> SpectrumRow:
    """Return one spectrum with everything that a fit of it needs.

    Raises
    ------
    DataError
        Naming the file, the column or the keyword that is missing, damaged or of a wrong unit.
    """
    pha_file = FitsFile(path, str(path))
    pha = _table(pha_file, "SPECTRUM")
    arf = _table(_companion(pha, path, "ANCRFILE", "effective area"), "SPECRESP")
    rmf_file = _companion(pha, path, "RESPFILE", "energy dispersion")
    bkg_file = _companion(pha, path, "BACKFILE", "background")
    bkg = _table(bkg_file, "SPECTRUM")
    ebounds, rmf = _table(rmf_file, "EBOUNDS"), _table(rmf_file, "MATRIX", "SPECRESP MATRIX")

    channels = ebounds.column("CHANNEL").astype(int)
    energy_true_edges = _edges(arf, "ENERG_LO", "ENERG_HI")
    of_matrix = _edges(rmf, "ENERG_LO", "ENERG_HI")
    if not _agree(energy_true_edges, of_matrix):
        raise DataError(
            "effective area and matrix have different energies",
            where=rmf.where,
            found=_span(of_matrix),
            expected=f"{_span(energy_true_edges)}, as in {arf.where}",
        )
    on, off = Spectrum(pha, channels), Spectrum(bkg, channels)
    area = arf.column("SPECRESP", unit="m2", missing_unit="cm2") * _CM2_PER_M2
    if not (np.isfinite(area).all() and area.min() >= 0):
        raise DataError("the effective area is negative or not a number", where=arf.where)
    regions = [_optional(file, "REGION") for file in (pha_file, bkg_file)]
    circles = [() if table is None else read_circles(table) for table in regions]
    return SpectrumRow(
        path=path,
        name=pha.text("OBS_ID") or path.name.split(".")[0],
        energy_edges=_edges(ebounds, "E_MIN", "E_MAX"),
        energy_true_edges=energy_true_edges,
        counts=on.counts,
        counts_off=off.counts,
        acceptance=on.backscal,
        # Longer or wider measurements of the background count for more of it.
        acceptance_off=off.backscal * (off.areascal / on.areascal) * (off.exposure / on.exposure),
        mask_safe=on.good,
        exposure=area * on.exposure * on.areascal,
        edisp_exposure=area * on.exposure * on.areascal,
        edisp=read_matrix(rmf, channels),
        livetime=on.exposure,
        on=circles[0],
        off=circles[1],
        gti=_good_times(_optional(pha_file, "GTI")),
        notes=on.notes,
    )


def _companion(pha: Table, path: Path, key: str, meaning: str) -> FitsFile:
    named = pha.text(key)
    if not named or named.lower() == "none":
        raise DataError(
            f"the spectrum names no {meaning} file",
            where=pha.where,
            found=f"{key} = {named!r}" if named else f"no keyword {key}",
            expected="the name of a file beside it",
        )
    companion = path.parent / named
    if not companion.is_file():
        raise DataError(
            f"the {meaning} file is missing",
            where=str(path),
            found=f"no file {companion}",
            expected=f"the file that {key} names",
            remedy="Keep the four files of a set together",
        )
    return FitsFile(companion, str(companion))


def _table(file: FitsFile, *names: str) -> Table:
    """Return the table by one of its names, else by HDUCLAS1, which older files rely on."""
    known = {name.strip().upper() for name in file.hdu_names}
    chosen = next((name for name in names if name in known), None)
    if chosen is None:
        by_class = (n for n, header in file.headers() if str(header.get("HDUCLAS1", "")).strip() in names)
        chosen = next(by_class, names[0])
    return file.table(chosen)


def _optional(file: FitsFile, name: str) -> Table | None:
    return file.table(name) if name in {known.strip().upper() for known in file.hdu_names} else None


def _good_times(table: Table | None) -> Gti | None:
    """Return the good times; None where the file has none, or none that can be dated."""
    if table is None or not len(table) or table.number("MJDREFI", None) is None:
        return None
    return read_gti(table)


def _edges(table: Table, low: str, high: str) -> np.ndarray:
    """Return energy edges in TeV; a column without unit is in keV, as the OGIP memos have it."""
    lows, highs = (table.column(name, unit="TeV", missing_unit="keV") for name in (low, high))
    if not len(lows):
        raise DataError("there is no energy bin", where=table.where, found="0 rows")
    edges = np.append(lows, highs[-1])
    if not (np.isfinite(edges).all() and lows[0] > 0 and np.all(np.diff(edges) > 0)):
        raise DataError(
            f"energies {low} must be positive and increase", where=table.where, found=_span(edges)
        )
    gap = np.flatnonzero(np.abs(highs[:-1] - lows[1:]) > 1e-3 * np.diff(edges)[1:])
    if gap.size:
        i = int(gap[0])
        raise DataError(
            "energy bins do not touch",
            where=table.where,
            found=f"{high} {highs[i]:g} TeV, then {low} {lows[i + 1]:g} TeV (row {i})",
        )
    return edges


def _agree(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and np.allclose(one, other, rtol=_SAME, atol=0)


def _span(edges: np.ndarray) -> str:
    return f"{len(edges) - 1} bins from {edges[0]:g} to {edges[-1]:g} TeV"
