"""The exposure of a map: for true energies, and folded into the energy bands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lightpool.axes import log_centres
from lightpool.dl3 import Observation
from lightpool.maps.footprint import footprint, offsets
from lightpool.maps.run_images import run_images
from lightpool.maps.settings import ImageSettings
from lightpool.memo import per_run
from lightpool.response import edisp_kernel, effective_area


def stacked_exposure(
    runs: Sequence[Observation], seen: Sequence[np.ndarray], settings: ImageSettings
) -> tuple[np.ndarray, np.ndarray]:
    """Return the exposure of all runs on the pixels that each adds.

    Parameters
    ----------
    seen : sequence of ndarray, shape (rows, columns), bool
        For each run, which pixels of its footprint.

    Returns
    -------
    exposure : ndarray, shape (energy_true, lat, lon), cm2 s
        Effective area x livetime at the log centres of true energy.
    folded : ndarray, shape (band, lat, lon), cm2 s
        Expected counts over the photon flux of a power law in the band, through energy dispersion.
    """
    n_true, (ny, nx) = len(settings.energy_true) - 1, settings.geometry.shape
    # Energies last: each pixel then reads and adds all its values in one go.
    total = np.zeros((ny, nx, n_true + len(settings.band_edges) - 1))
    for run, pixels in zip(runs, seen, strict=True):
        node, weight = _between_nodes(run, settings)
        # Both kinds of exposure hang on the offset alone: one interpolation for them all.
        at_nodes = np.concatenate([_exposure_at_nodes(run, settings), _folded_at_nodes(run, settings)]).T
        value = np.diff(at_nodes, axis=0)[node]
        value *= weight[..., None]
        value += at_nodes[node]
        np.maximum(value, 0.0, out=value)
        value[~pixels | np.isnan(weight)] = 0.0
        total[footprint(run, settings.geometry, settings.offset_max).part] += value
    total = np.moveaxis(total, -1, 0)
    return total[:n_true], total[n_true:]


def _between_nodes(run: Observation, settings: ImageSettings) -> tuple[np.ndarray, np.ndarray]:
    """Return the offset node below each pixel and the share of the step above it, NaN out of range."""
    at = run.aeff.offset.locate(offsets(run, settings.geometry, settings.offset_max))
    return at.index, np.where(at.inside, at.weight, np.nan)


def _nodes(run: Observation) -> list[float]:
    """Return the offset nodes of the effective area; one that is alone stands for two."""
    nodes = run.aeff.offset.nodes.tolist()
    return nodes if len(nodes) > 1 else [*nodes, *nodes]


def _exposure_at_nodes(run: Observation, settings: ImageSettings) -> np.ndarray:
    """Return the exposure at the offset nodes, shape (energy_true, nodes), cm2 s."""
    areas = [effective_area(run, settings.energy_true, offset) for offset in _nodes(run)]
    return np.stack(areas, axis=1) * run_images(run, settings).livetime


@per_run(maxsize=4)
def _folded_at_nodes(run: Observation, settings: ImageSettings) -> np.ndarray:
    """Return the exposure folded into the bands at the offset nodes, shape (band, nodes), cm2 s.

    Only the run's safe energy bins count, as only their counts do.
    """
    edges_true, gamma = np.asarray(settings.energy_true), settings.flux_index
    images = run_images(run, settings)
    fluence = _power_law_flux(edges_true, gamma) * images.livetime
    flux = _power_law_flux(np.asarray(settings.band_edges), gamma)
    member = images.safe_bins & (settings.band_of_bin == np.arange(len(flux))[:, None])  # (band, energy)
    columns = []
    for offset in _nodes(run):
        counts_true = effective_area(run, settings.energy_true, offset) * fluence
        counts = counts_true @ edisp_kernel(run, settings.energy_true, settings.energy, offset)
        columns.append(member @ counts / flux)
    return np.stack(columns, axis=1)


def _power_law_flux(edges: np.ndarray, index: float) -> np.ndarray:
    """Return the integral of E^-index over each bin."""
    centre, ratio = log_centres(edges), np.log(edges[1:] / edges[:-1])
    x = (1 - index) * ratio / 2
    return centre ** (1 - index) * ratio * np.where(np.abs(x) > 1e-9, np.sinh(x) / np.where(x == 0, 1, x), 1)
