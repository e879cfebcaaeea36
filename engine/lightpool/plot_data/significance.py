"""The distribution of a map's significances as histograms and curves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lightpool.maps.significance import SignificanceDistribution


@dataclass(frozen=True, eq=False)
class DistributionColumns:
    """Densities of integral 1, and what they mean.

    Parameters
    ----------
    edges, density : ndarray
        Steps of the pixels outside the exclusion, shape (bins + 1,) and (bins,).
    edges_all, density_all : ndarray
        Of all pixels.
    x, normal, fit : ndarray
        Where curves are drawn; the standard normal density, which an empty sky has, and the fitted
        one, NaN if there is no fit.
    text : str
        Mean, width and number of pixels.
    warning : str
        A sentence if the width is not that of an empty sky, else empty.
    """

    edges: np.ndarray
    density: np.ndarray
    edges_all: np.ndarray
    density_all: np.ndarray
    x: np.ndarray
    normal: np.ndarray
    fit: np.ndarray
    text: str
    warning: str


def distribution_columns(found: SignificanceDistribution, *, n: int = 201) -> DistributionColumns:
    """Return the columns of a distribution; curves span all pixels with significance, in `n` points."""
    reach = max(5.0, float(np.abs(found.edges).max()))
    x = np.linspace(-reach, reach, n)
    return DistributionColumns(
        edges=found.edges,
        density=found.density,
        edges_all=found.edges_all,
        density_all=found.density_all,
        x=x,
        normal=np.exp(-0.5 * x**2) / np.sqrt(2 * np.pi),
        fit=found.gaussian(x),
        text=f"outside the exclusion: mean {found.mean:+.3f}, width {found.std:.3f} "
        f"(fit {found.fit_mean:+.3f}, {found.fit_width:.3f}), {found.n_pixels} pixels",
        warning=" ".join(found.warnings),
    )
