"""The sum of runs, each with the OFF counts of its own ring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lightpool.errors import AnalysisError
from lightpool.maps.convolution import ImagePair
from lightpool.maps.geometry import MapGeometry
from lightpool.maps.ring import OffRing
from lightpool.maps.run_images import RunImages


@dataclass(frozen=True, eq=False)
class RunSum:
    """What one run adds to the sum, over all its pixels.

    Parameters
    ----------
    obs_id : int
    counts, counts_off, acceptance, background, livetime : float
        `background` is the sum of alpha x counts_off.
    """

    obs_id: int
    counts: float
    counts_off: float
    acceptance: float
    background: float
    livetime: float


@dataclass(frozen=True, eq=False)
class RingStack:
    """The sum of runs on the pixels of the map.

    Parameters
    ----------
    counts, counts_off, acceptance, acceptance_off : ndarray, shape (band, lat, lon)
    mask : ndarray, shape (band, lat, lon), bool
        Pixels where any run has counts and OFF counts to compare.
    seen : tuple of ndarray, shape (rows, columns), bool
        For each run, the pixels of its footprint that it adds in any band.
    runs : tuple of RunSum
    warnings : tuple of str
    """

    counts: np.ndarray
    counts_off: np.ndarray
    acceptance: np.ndarray
    acceptance_off: np.ndarray
    mask: np.ndarray
    seen: tuple[np.ndarray, ...]
    runs: tuple[RunSum, ...]
    warnings: tuple[str, ...]


def off_pairs(images: Sequence[RunImages], excluded: np.ndarray, reach: int) -> list[ImagePair]:
    """Return each run's counts and background outside the exclusion, ready for rings of a reach (pixels).

    Parameters
    ----------
    excluded : ndarray, shape (lat, lon), bool
    """
    pairs = []
    for run in images:
        allowed = ~excluded[run.place.part]
        pairs.append(ImagePair.of(run.counts * allowed, run.background * allowed, reach))
    return pairs


def stacked_rings(
    images: Sequence[RunImages], pairs: Sequence[ImagePair], ring: OffRing, geometry: MapGeometry
) -> RingStack:
    """Return the sum of runs, the ring applied to each before.

    Alpha of the sum is background / counts_off, and where no OFF count fell, the ratio over all
    pixels. A run adds nothing to pixels without OFF acceptance.

    Raises
    ------
    AnalysisError
        If no pixel of any run has OFF counts to compare with.
    """
    shape = (len(images[0].counts), *geometry.shape)
    counts, counts_off, acceptance, background = (np.zeros(shape) for _ in range(4))
    mask = np.zeros(shape, dtype=bool)
    seen: list[np.ndarray] = []
    runs: list[RunSum] = []
    lost: dict[int, int] = {}
    for run, pair in zip(images, pairs, strict=True):
        n_off, acceptance_off = ring.off(pair, run.background, geometry.binsize)
        used = run.mask & (acceptance_off > 0)
        if n_lost := int(run.mask.sum() - used.sum()):
            lost[run.obs_id] = n_lost
        parts = (
            np.where(used, run.counts, 0.0),
            np.where(used, n_off, 0.0),
            np.where(used, run.background, 0.0),
            np.divide(run.background * n_off, acceptance_off, out=np.zeros_like(n_off), where=used),
        )
        at = (slice(None), *run.place.part)
        for total, part in zip((counts, counts_off, acceptance, background), parts, strict=True):
            total[at] += part
        mask[at] |= used
        seen.append(np.any(used, axis=0))
        on, off, expected, background_sum = (float(part.sum()) for part in parts)
        runs.append(RunSum(run.obs_id, on, off, expected, background_sum, run.livetime))
    if not mask.any():
        raise AnalysisError(
            "no pixel of the map has OFF counts to compare with",
            found=f"{sum(lost.values())} pixels of {len(images)} runs without OFF acceptance"
            if lost
            else "no safe pixel in any run",
            remedy="Take a larger ring, or exclude less"
            if lost
            else "Widen the energy range or relax the safe mask",
        )
    return RingStack(
        counts=counts,
        counts_off=counts_off,
        acceptance=acceptance,
        acceptance_off=_stacked_acceptance_off(acceptance, counts_off, background),
        mask=mask,
        seen=tuple(seen),
        runs=tuple(runs),
        warnings=_about_lost(lost),
    )


def _stacked_acceptance_off(
    acceptance: np.ndarray, counts_off: np.ndarray, background: np.ndarray
) -> np.ndarray:
    total, total_off = background.sum(axis=(1, 2), keepdims=True), counts_off.sum(axis=(1, 2), keepdims=True)
    overall = np.divide(total_off, total, out=np.zeros_like(total), where=total > 0)
    ratio = np.divide(counts_off, background, out=np.zeros_like(background), where=background > 0)
    return acceptance * np.where(counts_off > 0, ratio, overall)


def _about_lost(lost: dict[int, int]) -> tuple[str, ...]:
    if not lost:
        return ()
    runs = ", ".join(f"{n} of run {obs_id}" for obs_id, n in list(lost.items())[:5])
    more = f" and of {len(lost) - 5} more runs" if len(lost) > 5 else ""
    return (
        f"pixels without OFF acceptance are masked, for the exclusion or the edge of the field of view "
        f"covers their whole ring: {runs}{more}",
    )
