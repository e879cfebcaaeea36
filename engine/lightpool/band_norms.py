"""The norms of a spectrum in energy bands, for several groups of rows at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from lightpool.alpha_systematic import as_systematic, statistic
from lightpool.axes import checked_edges, nearest_edges
from lightpool.errors import SettingsError
from lightpool.forward import Folded
from lightpool.limits import check_method, norm_limits
from lightpool.profile import NormProfiles
from lightpool.sed import NORMS, ul_confidence
from lightpool.sensitivity import norm_sensitivity
from lightpool.statistics import WStat
from lightpool.units import to_float

#: The norms at which the statistic is tabulated.
NORM_SCAN = np.geomspace(0.2, 5, 11)
#: Below this significance a flux is shown as a limit.
UL_THRESHOLD = 2.0


def snapped_edges(axis: np.ndarray, edges: Any, *, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return bands as asked for (TeV) and the positions of their edges on an axis, the nearest ones.

    Raises
    ------
    SettingsError
        If they do not increase, or all lie outside.
    """
    requested = checked_edges(edges, name=name)
    if requested[-1] <= axis[0] or requested[0] >= axis[-1]:
        raise SettingsError(
            f"{name} lie outside the data",
            found=f"{requested[0]:g} to {requested[-1]:g} TeV",
            expected=f"a range within {axis[0]:g} to {axis[-1]:g} TeV",
        )
    return requested, nearest_edges(axis, requested)


def band_edges(axis: np.ndarray, requested: np.ndarray, snapped: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the bands, TeV: as snapped, or as asked for where they collapsed."""
    collapsed = np.diff(snapped) == 0
    return (
        np.where(collapsed, requested[:-1], axis[snapped[:-1]]),
        np.where(collapsed, requested[1:], axis[snapped[1:]]),
    )


class BandNorms:
    """The bins of each energy band of each group of rows, and the norm that fits them best.

    Cells are numbered group by group, and in each by band.

    Parameters
    ----------
    folded : Folded
    signal : ndarray, shape (rows, energy), counts
        Expected signal at norm 1.
    snapped : ndarray, shape (bands + 1,), int
        Positions of the bands' edges on the energy axis.
    group : ndarray, shape (rows,), int, optional
        The group of each row, -1 for none; all rows are one group if not given.
    n_groups : int

    Attributes
    ----------
    n : int
        Number of cells.
    rows, bins, cell : ndarray, int
        Row, energy bin and cell of every bin that takes part, sorted by cell.
    filled : ndarray, int
        The cells that have a norm.
    reasons : ndarray of str, shape (cells,)
        Why the others have none.
    """

    def __init__(
        self,
        folded: Folded,
        signal: np.ndarray,
        snapped: np.ndarray,
        group: np.ndarray | None = None,
        n_groups: int = 1,
    ) -> None:
        self.snapped, self.folded, self.signal = snapped, folded, signal
        self._n_bands = len(snapped) - 1
        self.n = n_groups * self._n_bands
        self._group = np.zeros(len(signal), dtype=int) if group is None else group
        band_of_bin = np.searchsorted(snapped, np.arange(signal.shape[1]), side="right") - 1
        inside = (band_of_bin >= 0) & (band_of_bin < self._n_bands) & (self._group >= 0)[:, None]
        rows, bins = np.nonzero(folded.mask & inside)
        cell = self._group[rows] * self._n_bands + band_of_bin[bins]
        order = np.argsort(cell, kind="stable")
        rows, bins, cell = rows[order], bins[order], cell[order]
        with_signal = np.bincount(cell, signal[rows, bins], self.n) > 0
        with_bins = np.bincount(cell, minlength=self.n) > 0
        self.filled = np.flatnonzero(with_signal)
        keep = with_signal[cell]
        self.rows, self.bins, self.cell = rows[keep], bins[keep], cell[keep]
        collapsed = np.tile(np.diff(snapped) == 0, n_groups)
        self.reasons = np.select(
            [with_signal, collapsed, ~with_bins],
            ["", "the band is narrower than an energy bin", "no safe energy bin in the band"],
            "no exposure in the band",
        ).astype("U80")

    def solve(
        self, *, ul_sigma: Any, ul_method: str, alpha_systematic: Any, extras: bool = True
    ) -> dict[str, np.ndarray]:
        """Return every column that comes from the profiles, shape (cells,), NaN where there are no bins.

        Parameters
        ----------
        ul_sigma, ul_method, alpha_systematic
            As for `flux_points`; the last must be that of `folded`.
        extras : bool
            Whether to add the sensitivity and the profile, ``stat_scan``, shape (cells, norms).

        Raises
        ------
        SettingsError
            For settings that cannot be used.
        """
        ul_sigma, systematic = to_float(ul_sigma, "", name="ul_sigma"), as_systematic(alpha_systematic)
        if not 0 < ul_sigma <= 10:
            raise SettingsError("ul_sigma is out of range", found=f"{ul_sigma:g}", expected="0 to 10")
        check_method(ul_method)
        norms = NORMS if extras else [name for name in NORMS if name != "norm_sensitivity"]
        out = {name: np.full(self.n, np.nan) for name in (*norms, "ts", "sqrt_ts", "stat", "stat_null")}
        if extras:
            out["stat_scan"] = np.full((self.n, len(NORM_SCAN)), np.nan)
        if not len(self.filled):
            return out
        cells = (self.rows, self.bins)
        folded = self.folded
        observed, signal = folded.statistic(cells), self.signal[cells]
        starts = np.searchsorted(self.cell, self.filled)
        profiles = NormProfiles(observed, signal, starts)
        norm = profiles.minimum()
        upper, lower, limit = profiles.crossings(norm, np.array([1.0, -1.0, ul_sigma**2]))
        if ul_method == "bounded":
            limit = profiles.crossings(np.maximum(norm, 0.0), np.array([ul_sigma**2]))[0]
        elif ul_method != "profile":
            limit = norm_limits(
                observed, signal, starts, method=ul_method, confidence=ul_confidence(ul_sigma)
            )
        stat, _, curvature = profiles.terms(norm)
        null = profiles.stat(np.zeros_like(norm))
        ts = np.maximum(null - stat, 0.0)
        with np.errstate(divide="ignore"):
            error = np.where(curvature > 0, np.sqrt(2 / curvature), upper - norm)
        # Where a kink or a straight stretch takes the place of a parabola, its curvature says nothing.
        error = np.where(error > 10 * (upper - norm), upper - norm, error)

        solved = {
            "norm": norm,
            "norm_err": error,
            "norm_errp": upper - norm,
            "norm_errn": norm - lower,
            "norm_ul": limit,
            "ts": ts,
            "sqrt_ts": np.sign(norm) * np.sqrt(ts),
            "stat": stat,
            "stat_null": null,
        }
        if extras:

            def with_counts(n_on: np.ndarray) -> WStat:
                return statistic(n_on, observed.n_off, observed.alpha, systematic)

            solved["norm_sensitivity"] = norm_sensitivity(observed, with_counts, signal, starts)
            scan = np.broadcast_to(NORM_SCAN[:, None], (len(NORM_SCAN), len(norm)))
            solved["stat_scan"] = profiles.stat(scan).T
        for name, values in solved.items():
            out[name][self.filled] = values
        return out

    def per_cell(self, values: np.ndarray) -> np.ndarray:
        """Return sums over the bins in the fit, shape (cells,), of an array (rows, energy)."""
        return np.bincount(self.cell, values[self.rows, self.bins], self.n)

    def per_row(self, values: np.ndarray) -> np.ndarray:
        """Return sums over the bins in the fit, shape (cells, rows), of an array (rows, energy)."""
        out = np.zeros((self.n, len(values)))
        np.add.at(out, (self.cell, self.rows), values[self.rows, self.bins])
        return out
