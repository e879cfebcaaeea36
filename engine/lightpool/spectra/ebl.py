"""Absorption of gamma rays by the extragalactic background light."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from lightpool.spectra.ebl_table import EblTable, read_ebl_table
from lightpool.spectra.model import SpectralModel
from lightpool.spectra.parameter import Parameter
from lightpool.spectra.template import table_column


class EblAbsorption(SpectralModel):
    """The share of gamma rays that arrive from `redshift`, to the power `alpha_norm`; multiply a model by it.

    Between the rows of the table the logarithm of the share is interpolated linearly in redshift
    and in the logarithm of energy, and extrapolated beyond them; it never leaves 0 to 1.

    Parameters
    ----------
    table : EblTable
        See `EblAbsorption.read`.
    redshift, alpha_norm : float
        Both start frozen.

    Examples
    --------
    >>> import numpy as np
    >>> table = lp.spectra.EblTable(*map(np.array, ([0.1, 0.2], [0.1, 10.0], [[1.0, 0.5], [1.0, 0.25]])))
    >>> absorbed = lp.spectra.PowerLaw() * EblAbsorption(table, redshift=0.2)
    >>> float(absorbed(10.0) / lp.spectra.PowerLaw()(10.0))
    0.25
    """

    type_name = "EBLAbsorptionNormSpectralModel"
    tag = "ebl-norm"
    norm = ""
    extra_keys: ClassVar[tuple[str, ...]] = ("filename", "energy", "param", "values")
    defaults: ClassVar[tuple[Parameter, ...]] = (
        Parameter("redshift", 0.1, frozen=True),
        Parameter("alpha_norm", 1.0, frozen=True),
    )

    def __init__(self, table: EblTable, **values: Any) -> None:
        super().__init__(**values)
        self.table = table
        self._log_energy, self._log_share = np.log(table.energy), table.log_transmission

    @classmethod
    def read(cls, path: str | Path, **values: Any) -> EblAbsorption:
        """Return the absorption of a published table, such as ``ebl_dominguez11.fits.gz``.

        Parameters
        ----------
        path : path
            As `read_ebl_table` takes it.
        **values : float
            ``redshift`` and ``alpha_norm``.

        Raises
        ------
        DataError
            Naming what is missing in the file.
        """
        return cls(read_ebl_table(path), **values)

    def evaluate(self, energy: np.ndarray, *values: float) -> np.ndarray:  # type: ignore[override]
        """Return the share that arrives, dimensionless; see `SpectralModel.evaluate`."""
        redshift, alpha_norm = values
        row, _ = self._row(redshift)
        return np.exp(alpha_norm * np.minimum(self._along_energy(row, energy), 0.0))

    def gradient(self, energy: np.ndarray, *values: float) -> np.ndarray:  # type: ignore[override]
        """Return its slopes; see `SpectralModel.gradient`."""
        redshift, alpha_norm = values
        row, row_slope = self._row(redshift)
        log_share = self._along_energy(row, energy)
        open_sky = log_share >= 0
        log_share = np.minimum(log_share, 0.0)
        value = np.exp(alpha_norm * log_share)
        to_redshift = alpha_norm * self._along_energy(row_slope, energy) * value
        return np.stack([np.where(open_sky, 0.0, to_redshift), log_share * value])

    def _row(self, redshift: float) -> tuple[np.ndarray, np.ndarray]:
        """Return the log of the share along the table's energies, and its slope in redshift, shape (n,)."""
        grid = self.table.redshift
        k = int(np.clip(np.searchsorted(grid, redshift) - 1, 0, len(grid) - 2))
        slope = (self._log_share[k + 1] - self._log_share[k]) / (grid[k + 1] - grid[k])
        return self._log_share[k] + (redshift - grid[k]) * slope, slope

    def _along_energy(self, row: np.ndarray, energy: np.ndarray) -> np.ndarray:
        log_energy, grid = np.log(energy), self._log_energy
        k = np.clip(np.searchsorted(grid, log_energy) - 1, 0, len(grid) - 2)
        return row[k] + (log_energy - grid[k]) * (row[k + 1] - row[k]) / (grid[k + 1] - grid[k])

    def to_dict(self) -> dict[str, Any]:
        """Return the section of a model file: with the name of the table's file, else with the table."""
        out = super().to_dict()
        if self.table.path:
            return {**out, "filename": self.table.path}
        return {
            **out,
            "energy": {"data": self.table.energy.tolist(), "unit": "TeV"},
            "param": {"data": self.table.redshift.tolist(), "unit": ""},
            "values": {"data": self.table.transmission.tolist(), "unit": ""},
        }

    @classmethod
    def from_section(
        cls, section: Mapping[str, Any], read: Callable[[Any], SpectralModel], folder: str
    ) -> SpectralModel:
        """Return the absorption whose table, or its file, is in the section."""
        if section.get("filename"):
            name = os.path.expanduser(os.path.expandvars(str(section["filename"])))
            beside = Path(folder) / name
            # Other programs start from the working directory.
            return cls.read(Path(name) if Path(name).exists() and not beside.exists() else beside)
        redshift, energy = table_column(section, "param", ""), table_column(section, "energy", "TeV")
        return cls(EblTable(redshift, energy, table_column(section, "values", "")))

    def _structure(self) -> Hashable:
        return self.table.key()
