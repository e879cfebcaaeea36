"""Background models of the field of view (GADF BKG_2D and BKG_3D)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from lightpool.dl3.interpolation import along_first, multilinear
from lightpool.dl3.irf_axes import Axis, Location, read_axis, read_values
from lightpool.dl3.table import Table
from lightpool.errors import DataError

_UNIT = "MeV-1 s-1 sr-1"
_TINY = float(np.finfo(np.float32).tiny)


@dataclass(frozen=True, eq=False, repr=False)
class Background3D:
    """Background rate against energy and both field-of-view coordinates, MeV-1 s-1 sr-1.

    Parameters
    ----------
    energy, fov_lon, fov_lat : Axis
        Reconstructed energy (TeV), DETX and DETY (deg).
    values : ndarray, shape (energy, fov_lon, fov_lat), float32
    fov_align : str
        ``RADEC`` or ``ALTAZ``.
    mirrored : bool
        Whether `fov_lon` grows toward falling RA (the rule) or, as in the public H.E.S.S. release, rising RA.

    Examples
    --------
    >>> bkg = runs[0].bkg
    >>> bool(bkg.at(1.0, 0.5, 0.0) > bkg.at(1.0, 2.0, 0.0))  # it falls off from the centre
    True
    """

    energy: Axis
    fov_lon: Axis
    fov_lat: Axis
    values: np.ndarray
    fov_align: str = "RADEC"
    mirrored: bool = True

    def at(self, energy: Any, fov_lon: Any, fov_lat: Any) -> np.ndarray:
        """Return the background rate.

        Linear in ln E, longitude, latitude and in the logarithm of the rate; zero beyond the outer edges.

        Parameters
        ----------
        energy : array-like, TeV
        fov_lon, fov_lat : array-like, deg
            Field-of-view coordinates; all three are broadcast.

        Returns
        -------
        ndarray, broadcast shape, MeV-1 s-1 sr-1
        """
        at = self.energy.locate(energy), self.fov_lon.locate(fov_lon), self.fov_lat.locate(fov_lat)
        return _log_interpolated(self.values, *at)

    def spectra(self, energy: np.ndarray, fov_lon: np.ndarray, fov_lat: np.ndarray) -> np.ndarray:
        """Return the rate at every energy (TeV) for every direction (deg), shape (energy, directions...).

        As `at`, and faster: the energies are interpolated once, not for each direction.

        Parameters
        ----------
        energy : ndarray, TeV
        fov_lon, fov_lat : ndarray, deg
            Field-of-view coordinates.
        """
        return _spectra(self, energy, self.fov_lon.locate(fov_lon), self.fov_lat.locate(fov_lat))

    def without_gaps(self) -> Background3D:
        """Return a copy whose zeros between filled energies are bridged, log-linear in the bin number."""
        return _without_gaps(self)

    def __repr__(self) -> str:
        sizes = f"{len(self.energy)} energies x {len(self.fov_lon)} x {len(self.fov_lat)}"
        return f"Background3D({sizes}, {self.fov_align})"


@dataclass(frozen=True, eq=False, repr=False)
class Background2D:
    """Background rate against energy and offset, MeV-1 s-1 sr-1.

    Parameters
    ----------
    energy, offset : Axis
        Reconstructed energy (TeV) and offset (deg).
    values : ndarray, shape (energy, offset), float32

    Examples
    --------
    >>> runs[0].bkg.at([1.0, 10.0], 0.5, 0.0).shape  # as with `Background3D`
    (2,)
    """

    energy: Axis
    offset: Axis
    values: np.ndarray

    def at(self, energy: Any, fov_lon: Any, fov_lat: Any) -> np.ndarray:
        """Return the background rate.

        Linear in ln E, offset and in the logarithm of the rate; zero beyond the outer edges.

        Parameters
        ----------
        energy : array-like, TeV
        fov_lon, fov_lat : array-like, deg
            Field-of-view coordinates; all three are broadcast.

        Returns
        -------
        ndarray, broadcast shape, MeV-1 s-1 sr-1
        """
        offset = self.offset.locate(_offset(fov_lon, fov_lat))
        return _log_interpolated(self.values, self.energy.locate(energy), offset)

    def spectra(self, energy: np.ndarray, fov_lon: np.ndarray, fov_lat: np.ndarray) -> np.ndarray:
        """Return the rate at every energy (TeV) for every direction (deg), shape (energy, directions...).

        As `at`, and faster: the energies are interpolated once, not for each direction.

        Parameters
        ----------
        energy : ndarray, TeV
        fov_lon, fov_lat : ndarray, deg
            Field-of-view coordinates.
        """
        return _spectra(self, energy, self.offset.locate(_offset(fov_lon, fov_lat)))

    def without_gaps(self) -> Background2D:
        """Return a copy whose zeros between filled energies are bridged, log-linear in the bin number."""
        return _without_gaps(self)

    def padded(self) -> Background2D:
        """Return a copy with another offset bin at either end, of the same rate as its neighbour.

        So the rate is constant, not extrapolated, from the outer nodes to the edges and one bin beyond.
        """
        if len(self.offset) == 1:
            return self
        nodes, edges = (
            np.concatenate([[2 * x[0] - x[1]], x, [2 * x[-1] - x[-2]]])
            for x in (self.offset.nodes, self.offset.edges)
        )
        values = np.pad(self.values, ((0, 0), (1, 1)), mode="edge")
        return Background2D(self.energy, Axis(self.offset.name, nodes, edges), values)

    def __repr__(self) -> str:
        return f"Background2D({len(self.energy)} energies x {len(self.offset)} offsets)"


_Background = TypeVar("_Background", Background2D, Background3D)


def read_background(
    table: Table, hdu_class: str = "", *, creator: str = "", version: str = ""
) -> Background2D | Background3D:
    """Return the background model of a table, in the form its header names.

    Parameters
    ----------
    hdu_class : str
        HDU_CLASS of the index, for a header without HDUCLAS4. Without either the columns tell the form.
    creator, version : str
        CREATOR and HDUVERS of the run's events: they tell files whose longitude is not mirrored.

    Raises
    ------
    DataError
        If the form is not known, or columns, units, shapes or values cannot be right.
    """
    kind = (table.text("HDUCLAS4") or hdu_class).lower()
    if not kind:
        kind = "bkg_3d" if "DETX_LO" in table else "bkg_2d"
    energy = read_axis(table, "ENERG", "TeV", log=True)
    if kind == "bkg_2d":
        offset = read_axis(table, "THETA", "deg")
        values = _read_plane(table, energy, offset)
        return Background2D(energy, offset, _checked(values, table.where))
    if kind != "bkg_3d":
        raise DataError(
            "the kind of background model is not known",
            where=table.where,
            found=repr(kind),
            expected="bkg_2d, bkg_3d",
        )
    align = (table.text("FOVALIGN") or "RADEC").upper()
    if align not in ("RADEC", "ALTAZ"):
        raise DataError(
            "FOVALIGN is not known", where=table.where, found=repr(align), expected="RADEC or ALTAZ"
        )
    lon, lat = read_axis(table, "DETX", "deg"), read_axis(table, "DETY", "deg")
    values = _read_cube(table, energy, lon, lat)
    mirrored = not (creator == "SASH FITS::EventListWriter" and version == "0.2")
    return Background3D(energy, lon, lat, _checked(values, table.where), align, mirrored)


def _read_plane(table: Table, energy: Axis, offset: Axis) -> np.ndarray:
    # Both orders are in use; the sizes tell them apart, and where they do not offset is the slower one.
    stored = table.cell("BKG", "BGD", unit=_UNIT, missing_unit=_UNIT).shape
    by_energy = stored == (len(energy), len(offset)) != (len(offset), len(energy))
    axes = (energy, offset) if by_energy else (offset, energy)
    values = read_values(table, "BKG", "BGD", unit=_UNIT, axes=axes, missing_unit=_UNIT)
    return values if by_energy else values.T


def _read_cube(table: Table, energy: Axis, lon: Axis, lat: Axis) -> np.ndarray:
    # Public files come in three orders; the sizes tell them apart except for DETX against DETY,
    # where established readers take the slower one to be DETX.
    shape = table.cell("BKG", "BGD", unit=_UNIT, missing_unit=_UNIT).shape
    n_energy, n_lon, n_lat = len(energy), len(lon), len(lat)
    orders = {
        (n_lat, n_lon, n_energy): ((lat, lon, energy), (2, 1, 0)),
        (n_energy, n_lat, n_lon): ((energy, lat, lon), (0, 2, 1)),
        (n_energy, n_lon, n_lat): ((energy, lon, lat), (0, 1, 2)),
    }
    axes, order = orders.get(shape, ((energy, lon, lat), (0, 1, 2)))
    return read_values(table, "BKG", "BGD", unit=_UNIT, axes=axes, missing_unit=_UNIT).transpose(order)


def _checked(values: np.ndarray, where: str) -> np.ndarray:
    if values.min() < 0:
        raise DataError("column BKG is negative", where=where, found=f"{values.min():g} {_UNIT}")
    if not np.any(values > 0):
        raise DataError("the background model is zero everywhere", where=where)
    return np.ascontiguousarray(values, dtype=np.float32)


def _offset(fov_lon: Any, fov_lat: Any) -> np.ndarray:
    lon, lat = np.radians(fov_lon), np.radians(fov_lat)
    return np.degrees(np.arccos(np.clip(np.cos(lat) * np.cos(lon), -1, 1)))


def _logarithms(values: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(values.astype(float), _TINY))


def _log_interpolated(values: np.ndarray, *at: Location) -> np.ndarray:
    return _rate(multilinear(_logarithms(values), *at), *at)


def _spectra(background: Background2D | Background3D, energy: np.ndarray, *at: Location) -> np.ndarray:
    where = background.energy.locate(energy)
    planes = along_first(_logarithms(background.values), where)
    # Energies last: each direction then reads its neighbours' spectra in one go.
    logs = np.moveaxis(multilinear(np.ascontiguousarray(np.moveaxis(planes, 0, -1)), *at), -1, 0)
    column = (len(planes),) + (1,) * (logs.ndim - 1)
    return _rate(logs, where._replace(inside=where.inside.reshape(column)), *at)


def _rate(logs: np.ndarray, *at: Location) -> np.ndarray:
    """Return rates from their logarithms, zero outside any of the locations and where there is no rate."""
    inside = np.ones((), dtype=bool)
    for place in at:
        inside = inside & place.inside
    rate = np.exp(logs)
    return np.where(inside & (rate > 2 * _TINY), rate, 0.0)


def _without_gaps(background: _Background) -> _Background:
    values = background.values.astype(float).reshape(len(background.energy), -1)
    has = values > 0
    bins = np.broadcast_to(np.arange(len(values))[:, None], values.shape)
    # The filled bin at or below each bin, and at or above it; -1 and n where there is none.
    below = np.maximum.accumulate(np.where(has, bins, -1), axis=0)
    above = np.minimum.accumulate(np.where(has, bins, len(values))[::-1], axis=0)[::-1]
    gap = ~has & (below >= 0) & (above < len(values))
    row, column = np.nonzero(gap)
    low, high = below[gap], above[gap]
    logs = _logarithms(values)
    share = (row - low) / (high - low)
    values[gap] = np.exp(logs[low, column] * (1 - share) + logs[high, column] * share)
    return replace(background, values=values.reshape(background.values.shape).astype(np.float32))
