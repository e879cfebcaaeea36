"""Response tables as they stand in a DL3 file, and random draws from just these tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from lightpool.axes import log_centres


def rounded(values: np.ndarray) -> np.ndarray:
    """Return float32 with 12 bits of mantissa (relative 1e-4), which compress to half the size."""
    bits = np.ascontiguousarray(values, dtype=np.float32).view(np.uint32)
    return ((bits + np.uint32(1 << 10)) & np.uint32(0xFFFFF800)).view(np.float32)


def bracket(nodes: np.ndarray, values: Any, *, extrapolate: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return the index of the node below each value, and how far it is to the next one (0 to 1).

    With `extrapolate` the fraction may leave 0 to 1 beyond the outer nodes.
    """
    values = np.asarray(values, dtype=float)
    below = np.clip(np.searchsorted(nodes, values, side="right") - 1, 0, len(nodes) - 2)
    fraction = (values - nodes[below]) / (nodes[below + 1] - nodes[below])
    return below, fraction if extrapolate else np.clip(fraction, 0, 1)


@dataclass(frozen=True, eq=False)
class ResponseTables:
    """The responses of one run; array shapes are those of the FITS cells.

    Attributes
    ----------
    energy_edges : ndarray, shape (n + 1,), TeV
    offsets : ndarray, shape (k,), deg
        Nodes.
    aeff : ndarray, shape (k, n), m2
    migra_edges : ndarray, shape (m + 1,)
    edisp : ndarray, shape (k, m, n)
        Density in migra.
    psf_energy_edges : ndarray, shape (p + 1,), TeV
    rad_edges : ndarray, shape (r + 1,), deg
    psf : ndarray, shape (r, k, p), sr-1
    bkg_energy_edges : ndarray, shape (b + 1,), TeV
    fov_edges : ndarray, shape (f + 1,), deg
        The same for both field-of-view axes.
    bkg : ndarray, shape (b, f, f), MeV-1 s-1 sr-1
        Reconstructed energy; per ontime, not livetime.
    lo_thres, hi_thres : float, TeV
        Where the energy bias is small.
    """

    energy_edges: np.ndarray
    offsets: np.ndarray
    aeff: np.ndarray
    migra_edges: np.ndarray
    edisp: np.ndarray
    psf_energy_edges: np.ndarray
    rad_edges: np.ndarray
    psf: np.ndarray
    bkg_energy_edges: np.ndarray
    fov_edges: np.ndarray
    bkg: np.ndarray
    lo_thres: float
    hi_thres: float

    @property
    def offset_max(self) -> float:
        """Where the responses end, deg: half a node spacing beyond the last node."""
        return float(1.5 * self.offsets[-1] - 0.5 * self.offsets[-2])

    def aeff_at(self, energy_true: Any, offset: Any) -> np.ndarray:
        """Return the effective area in m2, linear in ln E (TeV) and offset (deg), which broadcast."""
        i, x = bracket(np.log(log_centres(self.energy_edges)), np.log(energy_true), extrapolate=True)
        j, y = bracket(self.offsets, offset, extrapolate=True)
        a = self.aeff.astype(float)
        low = a[j, i] * (1 - x) + a[j, i + 1] * x
        high = a[j + 1, i] * (1 - x) + a[j + 1, i + 1] * x
        value = np.maximum(low * (1 - y) + high * y, 0)
        return np.where(np.asarray(offset) <= self.offset_max, value, 0.0)

    def draw_migra(self, rng: np.random.Generator, energy_true: np.ndarray, offset: np.ndarray) -> np.ndarray:
        """Return energy / energy_true for each event, shape (events,)."""
        density = np.moveaxis(self.edisp.astype(float), 1, -1) * np.diff(self.migra_edges)
        energy = self._random_node(rng, np.log(log_centres(self.energy_edges)), np.log(energy_true))
        k = self._random_node(rng, self.offsets, offset)
        return draw_from_rows(rng, density, (k, energy), self.migra_edges)

    def draw_rad(self, rng: np.random.Generator, energy_true: np.ndarray, offset: np.ndarray) -> np.ndarray:
        """Return the distance from the true direction in deg for each event, shape (events,)."""
        area = np.diff(self.rad_edges**2)  # the same in every ring as 2 rad_centre drad
        content = np.moveaxis(self.psf.astype(float), 0, -1) * area
        energy = self._random_node(rng, np.log(log_centres(self.psf_energy_edges)), np.log(energy_true))
        k = self._random_node(rng, self.offsets, offset)
        return np.sqrt(draw_from_rows(rng, content, (k, energy), self.rad_edges**2))

    @staticmethod
    def _random_node(rng: np.random.Generator, nodes: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Pick one of the two neighbouring nodes by its weight: on average the linear interpolation."""
        below, fraction = bracket(nodes, values)
        return below + (rng.random(len(values)) < fraction)


def draw_from_rows(
    rng: np.random.Generator, content: np.ndarray, row: tuple[np.ndarray, ...], edges: np.ndarray
) -> np.ndarray:
    """Return one draw for each event from its own histogram, uniform inside a bin.

    Parameters
    ----------
    content : ndarray, shape (..., bins)
        Content of each histogram, any norm.
    row : tuple of int ndarray, each of shape (events,)
        Which histogram, one array for each leading axis.
    edges : ndarray, shape (bins + 1,)
    """
    n_bins = content.shape[-1]
    flat = content.reshape(-1, n_bins)
    share = np.cumsum(flat, axis=1)
    share /= share[:, -1:]
    which = np.ravel_multi_index(row, content.shape[:-1])
    # One search for all: row i of the cumulative shares is lifted to the range i to i + 1.
    lifted = (share + np.arange(len(flat))[:, None]).ravel()
    wanted = rng.random(len(which))
    cell = np.clip(np.searchsorted(lifted, which + wanted, side="right") - which * n_bins, 0, n_bins - 1)
    return edges[cell] + rng.random(len(which)) * np.diff(edges)[cell]
