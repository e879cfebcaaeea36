"""Tables of the transparency of the Universe to gamma rays, as they are published for XSPEC."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lightpool.errors import DataError, SettingsError

_TEV_PER_KEV = 1e-9
#: Where a table says 0 its float32 numbers have run out; their smallest keeps the logarithm finite.
_TINY = float(np.finfo(np.float32).tiny)


@dataclass(frozen=True, eq=False)
class EblTable:
    """The share of gamma rays that arrive, by redshift of the source and observed energy.

    Parameters
    ----------
    redshift : ndarray, shape (z,), increasing, two or more
    energy : ndarray, shape (n,), TeV, increasing, two or more
    transmission : ndarray, shape (z, n), dimensionless, not negative
    path : str
        The file that it was read from; empty where there is none.

    Raises
    ------
    SettingsError
        If shapes or order are wrong.

    Examples
    --------
    >>> import numpy as np
    >>> EblTable(*map(np.array, ([0.1, 0.2], [0.1, 10.0], [[1.0, 0.5], [1.0, 0.25]]))).transmission.shape
    (2, 2)
    """

    redshift: np.ndarray
    energy: np.ndarray
    transmission: np.ndarray
    path: str = ""

    def __post_init__(self) -> None:
        shape = (len(self.redshift), len(self.energy))
        if self.transmission.shape != shape or min(shape) < 2:
            raise SettingsError(
                "an absorption table needs one value for each redshift and energy, two or more of either",
                found=f"{shape[0]} redshifts, {shape[1]} energies, values of shape {self.transmission.shape}",
            )
        for what, axis in (("redshifts", self.redshift), ("energies", self.energy)):
            if not np.all(np.diff(axis) > 0):
                raise SettingsError(f"{what} of an absorption table must increase")
        if not self.energy[0] > 0:
            raise SettingsError("energies of an absorption table must be positive")
        if not (np.all(np.isfinite(self.transmission)) and np.all(self.transmission >= 0)):
            raise SettingsError("an absorption table must be finite and not negative")

    @property
    def log_transmission(self) -> np.ndarray:
        """The logarithm of the table, shape (z, n)."""
        return np.log(np.maximum(self.transmission, _TINY))

    def key(self) -> Hashable:
        """Return what makes two tables the same."""
        return self.redshift.tobytes(), self.energy.tobytes(), self.transmission.tobytes()


def read_ebl_table(path: str | Path) -> EblTable:
    """Return the table of a FITS file in the layout of XSPEC table models (OGIP 92-009).

    Redshifts are those of ``SPECTRA.PARAMVAL``, sorted, doubled ones dropped; energies are the
    geometric centres of ``ENERGIES``, in keV where the file does not say.

    Parameters
    ----------
    path : path

    Returns
    -------
    EblTable

    Raises
    ------
    DataError
        Naming the file, the HDU and the column that is missing or wrong.

    Examples
    --------
    >>> read_ebl_table("ebl_dominguez11.fits.gz")  # doctest: +SKIP
    """
    from astropy.io import fits

    path = Path(path)
    try:
        with fits.open(path, memmap=False) as hdus:
            low, high = (_column(hdus, "ENERGIES", name, path) for name in ("ENERG_LO", "ENERG_HI"))
            redshift = _column(hdus, "SPECTRA", "PARAMVAL", path)
            spectra = _column(hdus, "SPECTRA", "INTPSPEC", path)
            unit = hdus["ENERGIES"].columns["ENERG_LO"].unit
    except FileNotFoundError:
        raise DataError("there is no such absorption table", where=str(path)) from None
    except OSError as error:
        raise DataError("this is no FITS file", where=str(path), found=str(error)) from None
    redshift = redshift.reshape(len(redshift), -1)
    if redshift.shape[1] != 1:
        raise DataError(
            "an absorption table depends on the redshift alone",
            where=f"{path}[SPECTRA]",
            found=f"{redshift.shape[1]} parameters",
        )
    unique, rows = np.unique(redshift[:, 0], return_index=True)
    energy = np.sqrt(low * high) * _tev_per(unit, path)
    try:
        return EblTable(unique, energy, spectra[rows], str(path.resolve()))
    except SettingsError as error:
        raise DataError(error.what, where=str(path), found=error.found) from None


def _column(hdus: Any, hdu: str, name: str, path: Path) -> np.ndarray:
    if hdu not in hdus or hdus[hdu].data is None:
        raise DataError(
            f"HDU {hdu} is missing", where=str(path), expected="PARAMETERS, ENERGIES and SPECTRA of XSPEC"
        )
    if name not in hdus[hdu].columns.names:
        raise DataError(
            f"column {name} is missing", where=f"{path}[{hdu}]", found=", ".join(hdus[hdu].columns.names)
        )
    return np.asarray(hdus[hdu].data[name], dtype=float)


def _tev_per(unit: str | None, path: Path) -> float:
    if not unit:
        return _TEV_PER_KEV
    from astropy import units as u

    try:
        return float(u.Unit(unit).to("TeV"))
    except (ValueError, u.UnitConversionError):
        raise DataError(
            "energies have a wrong unit", where=f"{path}[ENERGIES]", found=repr(unit), expected="keV"
        ) from None
