"""Ring backgrounds: where OFF counts are taken for each pixel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from lightpool.errors import SettingsError
from lightpool.maps.convolution import ImagePair, Kernel, summed
from lightpool.units import to_float

#: Where an adaptive ring grows: outward with its width, or only at its outer radius.
METHODS = ("fixed_width", "fixed_r_in")
_MOST_RINGS = 200


class OffRing(Protocol):
    """A way of taking OFF counts around each pixel."""

    @property
    def r_in(self) -> float:
        """The smallest inner radius, deg."""

    def __hash__(self) -> int:
        """Equal settings have one hash."""

    def kernels(self, binsize: float) -> tuple[Kernel, ...]:
        """Return the rings in pixels of a size in deg, the smallest first."""

    def off(self, pair: ImagePair, acceptance: np.ndarray, binsize: float) -> tuple[np.ndarray, np.ndarray]:
        """Return OFF counts and OFF acceptance of each pixel, zero where there is no ring."""


@dataclass(frozen=True)
class RingBackground:
    """A ring of one size about every pixel; Berge, Funk & Hinton (2007), A&A 466, 1219, section 3.1.

    Parameters
    ----------
    r_in : str, float (deg) or quantity
        Inner radius; it must exceed the correlation radius.
    width : str, float (deg) or quantity

    Examples
    --------
    >>> len(RingBackground("0.5 deg", "0.3 deg").kernels(binsize=0.1))
    1
    """

    r_in: float = 0.5
    width: float = 0.3

    def __post_init__(self) -> None:
        _set_angles(self, ("r_in", "width"))

    def kernels(self, binsize: float) -> tuple[Kernel, ...]:
        """Return the ring in pixels of a size in deg.

        Parameters
        ----------
        binsize : float, deg
            Side of a pixel.

        Raises
        ------
        SettingsError
            If it holds no pixel centre.
        """
        return _checked((Kernel(self.r_in / binsize, (self.r_in + self.width) / binsize),), self, binsize)

    def off(self, pair: ImagePair, acceptance: np.ndarray, binsize: float) -> tuple[np.ndarray, np.ndarray]:
        """Return OFF counts and OFF acceptance of each pixel; see `OffRing`.

        Parameters
        ----------
        pair : ImagePair
        acceptance : ndarray, shape (lat, lon)
        binsize : float, deg
            Side of a pixel.
        """
        counts, acceptance_off = pair.convolved(self.kernels(binsize)[0])
        return _without_rounding(counts, acceptance_off, acceptance)


@dataclass(frozen=True)
class AdaptiveRingBackground:
    """A ring that grows about each pixel until it holds enough OFF acceptance.

    Of the rings from the smallest to `r_out_max` each pixel takes the first whose alpha, for a
    disc of radius `theta` about the pixel, is at most `threshold_alpha`. Pixels without one have
    no OFF counts.

    Parameters
    ----------
    r_in, r_out_max, width, stepsize, theta : str, float (deg) or quantity
        Inner radius, largest outer radius, (smallest) width, growth from ring to ring, and radius of
        the disc.
    threshold_alpha : float
    method : str
        ``fixed_width`` moves the ring outward, ``fixed_r_in`` widens it.

    Examples
    --------
    >>> len(AdaptiveRingBackground(stepsize=0.1).kernels(binsize=0.1)) > 1  # one for each step outward
    True
    """

    r_in: float = 0.5
    r_out_max: float = 1.5
    width: float = 0.3
    stepsize: float = 0.02
    threshold_alpha: float = 0.1
    theta: float = 0.22
    method: str = "fixed_width"

    def __post_init__(self) -> None:
        _set_angles(self, ("r_in", "r_out_max", "width", "stepsize", "theta"))
        if self.method not in METHODS:
            raise SettingsError(
                "the method of the adaptive ring is not known",
                found=repr(self.method),
                expected=", ".join(METHODS),
            )
        if not 0 < self.threshold_alpha < math.inf:
            raise SettingsError(
                "threshold_alpha must be positive", found=f"{self.threshold_alpha:g}", expected="such as 0.1"
            )
        if self.r_in + self.width >= self.r_out_max:
            raise SettingsError(
                "the adaptive ring has no room to grow",
                found=f"r_in + width {self.r_in + self.width:g} deg, r_out_max {self.r_out_max:g} deg",
                expected="r_in + width below r_out_max",
            )
        n = (self.r_out_max - self.r_in - self.width) / self.stepsize
        if n > _MOST_RINGS:
            raise SettingsError(
                "the adaptive ring takes too many steps",
                found=f"{n:.0f} of {self.stepsize:g} deg",
                expected=f"at most {_MOST_RINGS}",
            )

    def kernels(self, binsize: float) -> tuple[Kernel, ...]:
        """Return the rings in pixels of a size in deg, the smallest first; errors as `RingBackground`.

        Parameters
        ----------
        binsize : float, deg
            Side of a pixel.
        """
        r_in, width, r_max, step = (
            value / binsize for value in (self.r_in, self.width, self.r_out_max, self.stepsize)
        )
        if self.method == "fixed_width":
            rings = tuple(Kernel(r, r + width) for r in np.arange(r_in, r_max - width, step).tolist())
        else:
            rings = tuple(Kernel(r_in, r_in + w) for w in np.arange(width, r_max - r_in, step).tolist())
        return _checked(rings, self, binsize)

    def off(self, pair: ImagePair, acceptance: np.ndarray, binsize: float) -> tuple[np.ndarray, np.ndarray]:
        """Return OFF counts and OFF acceptance of each pixel; see `OffRing`.

        Parameters
        ----------
        pair : ImagePair
        acceptance : ndarray, shape (lat, lon)
        binsize : float, deg
            Side of a pixel.
        """
        around = np.maximum(summed(acceptance, acceptance, Kernel(0.0, self.theta / binsize))[0], 0.0)
        counts_off, acceptance_off = np.zeros_like(acceptance), np.zeros_like(acceptance)
        waiting = acceptance > 0
        most = self.threshold_alpha * (1 + 1e-9)  # so much is rounding
        for kernel in self.kernels(binsize):
            n_off, a_off = _without_rounding(*pair.convolved(kernel), acceptance)
            chosen = waiting & (a_off > 0) & (around <= most * a_off)
            counts_off[chosen], acceptance_off[chosen] = n_off[chosen], a_off[chosen]
            waiting &= ~chosen
            if not waiting.any():
                break
        return counts_off, acceptance_off


def _set_angles(ring: RingBackground | AdaptiveRingBackground, names: tuple[str, ...]) -> None:
    for name in names:
        value = to_float(getattr(ring, name), "deg", name=name)
        if not 0 < value <= 90:
            raise SettingsError(
                f"{name} of the ring is out of range", found=f"{value:g} deg", expected="above 0, to 90 deg"
            )
        object.__setattr__(ring, name, value)


def _checked(
    rings: tuple[Kernel, ...], ring: RingBackground | AdaptiveRingBackground, binsize: float
) -> tuple[Kernel, ...]:
    if not rings[0].n_pixels:
        raise SettingsError(
            "the ring holds no pixel",
            found=f"r_in {ring.r_in:g} deg, width {ring.width:g} deg, pixels of {binsize:g} deg",
            expected="a width of a pixel at least",
        )
    return rings


def _without_rounding(
    counts: np.ndarray, acceptance_off: np.ndarray, acceptance: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return whole counts, and zero for an acceptance that is nothing but the rounding of a transform."""
    noise = 1e-12 * acceptance.size * float(acceptance.max(initial=0.0))
    return np.rint(counts), np.where(acceptance_off > noise, acceptance_off, 0.0)
