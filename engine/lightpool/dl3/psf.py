"""Point spread functions and the fraction of events they leave inside a circle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from lightpool.dl3.interpolation import along_first
from lightpool.dl3.irf_axes import Axis, node_axis, read_axis, read_values, reject_negative
from lightpool.dl3.table import Table
from lightpool.errors import DataError


@dataclass(frozen=True, eq=False, repr=False)
class PsfTable:
    """A tabulated point spread function (GADF PSF_TABLE).

    Parameters
    ----------
    energy, offset : Axis
        True energy (TeV), offset (deg).
    rad : Axis, deg
        Its nodes are the upper edges of the RAD bins.
    cumulative : ndarray, shape (offset, rad, energy)
        Integral of the density over the solid angle up to each upper edge. Not normalised.

    Examples
    --------
    >>> inside = runs[0].psf.containment([1.0], offset=0.5, radius=0.11)
    >>> bool(0.6 < inside[0] < 1)
    True
    """

    energy: Axis
    offset: Axis
    rad: Axis
    cumulative: np.ndarray

    def containment(self, energy_true: Any, offset: float, radius: float) -> np.ndarray:
        """Return the fraction of events within a radius of their direction.

        Linear in ln E, offset and radius; zero beyond the outer edges of energy and offset. Inside the
        first RAD bin, where the density is constant, it grows with the radius squared; a circle larger than
        the table holds what the table holds.

        Parameters
        ----------
        energy_true : array-like, shape (t,), TeV
        offset, radius : float, deg

        Returns
        -------
        ndarray, shape (t,), dimensionless
        """
        off, where = self.offset.locate(offset), self.energy.locate(energy_true)
        first, last = self.rad.nodes[0], self.rad.edges[-1]
        at = self.rad.locate(min(max(radius, first), last))
        value = along_first(along_first(along_first(self.cumulative, off), at), where)
        if radius < first:
            value *= (radius / first) ** 2
        return np.where(where.inside & off.inside, np.maximum(value, 0), 0.0)

    def __repr__(self) -> str:
        return f"PsfTable({len(self.energy)} energies x {len(self.offset)} offsets x {len(self.rad)} radii)"


@dataclass(frozen=True, eq=False, repr=False)
class PsfGauss:
    """A sum of three Gaussians (GADF PSF_3GAUSS).

    Parameters
    ----------
    energy, offset : Axis
    sigmas, amplitudes : ndarray, shape (3, offset, energy), deg and relative
        The first amplitude is 1, a stored sigma of 0 has become 1.
    scale : ndarray, shape (offset, energy)

    Examples
    --------
    >>> runs[0].psf.containment([1.0, 10.0], offset=0.5, radius=0.11).shape  # as with `PsfTable`
    (2,)
    """

    energy: Axis
    offset: Axis
    sigmas: np.ndarray
    amplitudes: np.ndarray
    scale: np.ndarray

    def containment(self, energy_true: Any, offset: float, radius: float) -> np.ndarray:
        """Return the fraction of events within a radius of their direction.

        The parameters are interpolated linearly and the three parts normalised to a sum of 1; without any
        density the fraction is 0.

        Parameters
        ----------
        energy_true : array-like, shape (t,), TeV
        offset, radius : float, deg

        Returns
        -------
        ndarray, shape (t,), dimensionless
        """
        sigma = np.stack([_parameter(s, self.energy, self.offset, energy_true, offset) for s in self.sigmas])
        amplitude = np.stack(
            [_parameter(a, self.energy, self.offset, energy_true, offset) for a in self.amplitudes]
        )
        scale = _parameter(self.scale, self.energy, self.offset, energy_true, offset)
        norm = 2 * scale * amplitude * sigma**2
        with np.errstate(divide="ignore", invalid="ignore"):
            inside = -np.expm1(-0.5 * (radius / sigma) ** 2)
            fraction = np.sum(norm * inside, axis=0) / norm.sum(axis=0)
        return np.where(np.isfinite(fraction), fraction, 0.0)

    def __repr__(self) -> str:
        return f"PsfGauss({len(self.energy)} energies x {len(self.offset)} offsets)"


@dataclass(frozen=True, eq=False, repr=False)
class PsfKing:
    """A King profile (GADF PSF_KING).

    Parameters
    ----------
    energy, offset : Axis
    gamma, sigma : ndarray, shape (offset, energy), 1 and deg

    Examples
    --------
    >>> runs[0].psf.containment([1.0, 10.0], offset=0.5, radius=0.11).shape  # as with `PsfTable`
    (2,)
    """

    energy: Axis
    offset: Axis
    gamma: np.ndarray
    sigma: np.ndarray

    def containment(self, energy_true: Any, offset: float, radius: float) -> np.ndarray:
        """Return the fraction of events within a radius of their direction.

        The parameters are interpolated linearly; where sigma is 0 or gamma at most 1 the fraction is 0.

        Parameters
        ----------
        energy_true : array-like, shape (t,), TeV
        offset, radius : float, deg

        Returns
        -------
        ndarray, shape (t,), dimensionless
        """
        gamma = _parameter(self.gamma, self.energy, self.offset, energy_true, offset)
        sigma = _parameter(self.sigma, self.energy, self.offset, energy_true, offset)
        with np.errstate(divide="ignore", invalid="ignore"):
            fraction = 1 - (1 + radius**2 / (2 * gamma * sigma**2)) ** (1 - gamma)
        return np.where((gamma > 1) & (sigma > 0), fraction, 0.0)

    def __repr__(self) -> str:
        return f"PsfKing({len(self.energy)} energies x {len(self.offset)} offsets)"


Psf = PsfTable | PsfGauss | PsfKing
_TELLING = {"psf_table": "RPSF", "psf_3gauss": "SIGMA_1", "psf_king": "GAMMA"}


def read_psf(table: Table, hdu_class: str = "") -> Psf:
    """Return the point spread function of a table.

    Parameters
    ----------
    hdu_class : str
        HDU_CLASS of the index, for a header without HDUCLAS4. Without either the columns tell the form.

    Raises
    ------
    DataError
        If the form is not known, or columns, units, shapes or values cannot be right.
    """
    readers: dict[str, Callable[[Table, Axis, Axis], Psf]] = {
        "psf_table": _read_table,
        "psf_3gauss": _read_gauss,
        "psf_king": _read_king,
    }
    kind = (table.text("HDUCLAS4") or hdu_class).lower()
    if not kind:
        kind = next((form for form, column in _TELLING.items() if column in table), "")
    if kind not in readers:
        raise DataError(
            "the kind of point spread function is not known",
            where=table.where,
            found=repr(kind),
            expected=", ".join(readers),
        )
    energy = read_axis(table, "ENERG", "TeV", log=True)
    return readers[kind](table, energy, read_axis(table, "THETA", "deg"))


def _read_table(table: Table, energy: Axis, offset: Axis) -> PsfTable:
    rad = read_axis(table, "RAD", "deg")
    density = read_values(table, "RPSF", unit="sr-1", axes=(rad, offset, energy))
    reject_negative(density, "RPSF", table.where, tolerance=0.05)
    ring = 2 * np.pi * np.radians(rad.nodes) * np.radians(np.diff(rad.edges))
    cumulative = np.cumsum(density * ring[:, None, None], axis=0)
    total = float(cumulative[-1].max())
    # Radii in the wrong unit put the integral off by (180 / pi)^2; smoothing only by a per mille.
    if not 0.1 < total < 2:
        raise DataError(
            "the point spread function does not integrate to 1",
            where=table.where,
            found=f"{total:.3g} at most",
        )
    return PsfTable(energy, offset, node_axis("RAD", rad.edges[1:]), cumulative.transpose(1, 0, 2).copy())


def _read_gauss(table: Table, energy: Axis, offset: Axis) -> PsfGauss:
    axes = (offset, energy)
    sigmas = np.stack([read_values(table, f"SIGMA_{i}", unit="deg", axes=axes) for i in (1, 2, 3)])
    amplitudes = [np.ones(sigmas[0].shape)]
    amplitudes += [_unitless(table, f"AMPL_{i}", axes) for i in (2, 3)]
    if np.any(sigmas < 0):
        raise DataError("a SIGMA column is negative", where=table.where, found=f"{sigmas.min():g} deg")
    scale = _unitless(table, "SCALE", axes)
    if not np.any(scale > 0):
        raise DataError("the point spread function is zero everywhere", where=table.where)
    return PsfGauss(energy, offset, np.where(sigmas == 0, 1.0, sigmas), np.stack(amplitudes), scale)


def _read_king(table: Table, energy: Axis, offset: Axis) -> PsfKing:
    gamma = read_values(table, "GAMMA", unit="", axes=(offset, energy))
    sigma = read_values(table, "SIGMA", unit="deg", axes=(offset, energy))
    if np.any(sigma < 0):
        raise DataError("column SIGMA is negative", where=table.where, found=f"{sigma.min():g} deg")
    if not np.any((sigma > 0) & (gamma > 1)):
        raise DataError("the point spread function is zero everywhere", where=table.where)
    return PsfKing(energy, offset, gamma, sigma)


def _unitless(table: Table, name: str, axes: tuple[Axis, ...]) -> np.ndarray:
    # Only ratios of these enter, so sr-1, deg-2 and no unit at all mean the same here.
    table.units[name] = ""
    return read_values(table, name, unit="", axes=axes)


def _parameter(
    values: np.ndarray, energy: Axis, offset: Axis, at_energy: Any, at_offset: float
) -> np.ndarray:
    plane = along_first(values, offset.locate(at_offset))
    return np.maximum(along_first(plane, energy.locate(at_energy)), 0)
