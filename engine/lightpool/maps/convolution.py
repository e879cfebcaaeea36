"""Convolution of pairs of images with discs and rings."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

#: Radii that should be whole pixels differ from them by rounding; this much is forgiven.
_ROUNDING = 1e-9
#: The reach of kernels is rounded up to this many pixels, so that similar kernels share a transform.
_REACH_STEP = 16


@dataclass(frozen=True)
class Kernel:
    """Pixels between two radii, both included; a disc has the inner radius zero.

    Parameters
    ----------
    inner, outer : float, pixels
    """

    inner: float
    outer: float

    @property
    def reach(self) -> int:
        """How many pixels it extends from its centre."""
        return math.floor(self.outer * (1 + _ROUNDING))

    def pixels(self) -> np.ndarray:
        """Return which pixels it holds, shape (2 reach + 1, 2 reach + 1), bool."""
        across = np.arange(-self.reach, self.reach + 1)
        square = across[:, None] ** 2 + across**2
        low, high = self.inner**2 * (1 - _ROUNDING), self.outer**2 * (1 + _ROUNDING)
        return (square >= low) & (square <= high)

    @property
    def n_pixels(self) -> int:
        """How many pixels it holds."""
        return int(self.pixels().sum())


@dataclass(frozen=True, eq=False)
class ImagePair:
    """Two stacks of images, transformed together for one convolution after the other.

    The second is the imaginary part of what is transformed: the kernels are real, so the two
    stay apart and cost as much as one.

    Parameters
    ----------
    spectrum : ndarray, shape (image, padded rows, padded columns), complex
    shape : (int, int)
        Rows and columns of the images.
    reach : int
        Of the largest kernel that does not wrap around.
    """

    spectrum: np.ndarray
    shape: tuple[int, int]
    reach: int

    @classmethod
    def of(cls, first: np.ndarray, second: np.ndarray, reach: int) -> ImagePair:
        """Return the transform of two stacks, shape (image, rows, columns) each, zero beyond their edges."""
        from scipy.fft import fft, next_fast_len

        reach = cls.padded_reach(reach)
        rows, columns = first.shape[1:]
        both = np.empty(first.shape, dtype=complex)
        both.real, both.imag = first, second
        spectrum = fft(fft(both, next_fast_len(columns + reach), axis=2), next_fast_len(rows + reach), axis=1)
        return cls(spectrum, (rows, columns), reach)

    @staticmethod
    def padded_reach(reach: int) -> int:
        """Return the reach, in pixels, for which a pair is made that shall do for a reach."""
        return _REACH_STEP * math.ceil(reach / _REACH_STEP)

    def convolved(self, kernel: Kernel) -> tuple[np.ndarray, np.ndarray]:
        """Return both stacks, each pixel the sum over the kernel about it, shape (image, rows, columns)."""
        from scipy.fft import ifft

        if kernel.reach > self.reach:
            raise ValueError(f"a kernel of {kernel.reach} pixels wraps around; made for {self.reach}")
        rows, columns = self.shape
        product = self.spectrum * _kernel_spectrum(kernel, self.spectrum.shape[1:])
        both = ifft(ifft(product, axis=1, overwrite_x=True)[:, :rows], axis=2, overwrite_x=True)
        return both[..., :columns].real, both[..., :columns].imag


@lru_cache(maxsize=32)
def _kernel_spectrum(kernel: Kernel, shape: tuple[int, int]) -> np.ndarray:
    """Return the transform of a kernel about the first pixel: real, for it is the same in every direction."""
    from scipy.fft import fft2

    padded = np.zeros(shape)
    across = np.arange(-kernel.reach, kernel.reach + 1)
    padded[np.ix_(across, across)] = kernel.pixels()
    return fft2(padded).real


def summed(first: np.ndarray, second: np.ndarray, kernel: Kernel) -> tuple[np.ndarray, np.ndarray]:
    """Return two stacks of images, each pixel the sum over a kernel about it; see `ImagePair`."""
    return ImagePair.of(first, second, kernel.reach).convolved(kernel)
