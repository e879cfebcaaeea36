"""Kernels and convolutions as astropy and scipy have them."""

import numpy as np
import pytest
from astropy.convolution import Ring2DKernel, Tophat2DKernel
from scipy.signal import convolve2d

from lightpool.errors import SettingsError
from lightpool.maps import AdaptiveRingBackground, RingBackground
from lightpool.maps.convolution import ImagePair, Kernel, summed

RNG = np.random.default_rng(3)


@pytest.mark.parametrize(("r_in", "width"), [(25, 15), (3.5, 2.2), (10, 0.9), (7, 7.5)])
def test_rings_as_in_astropy(r_in, width):
    peer = Ring2DKernel(r_in, width).array > 0
    ours = Kernel(r_in, r_in + width).pixels()
    edge = (peer.shape[0] - ours.shape[0]) // 2
    np.testing.assert_array_equal(np.pad(ours, edge), peer)


def test_the_tutorials_ring_and_disc():
    (ring,) = RingBackground("0.5 deg", "0.3 deg").kernels(0.02)
    assert ring.pixels().shape == (81, 81)
    assert ring.n_pixels == 3084
    disc = Kernel(0.0, 0.04 / 0.02)
    np.testing.assert_array_equal(disc.pixels(), Tophat2DKernel(2).array > 0)
    assert disc.n_pixels == 13


def test_whole_pixels_are_whole_after_division():
    """0.3 / 0.1 is a little less than 3."""
    assert Kernel(0.0, 0.3 / 0.1).n_pixels == Kernel(0.0, 3.0).n_pixels


@pytest.mark.parametrize("kernel", [Kernel(0.0, 3.0), Kernel(5.0, 9.0), Kernel(20.0, 40.0)])
def test_convolution_is_the_sum_over_the_kernel(kernel):
    first, second = RNG.poisson(1.0, (2, 23, 31)).astype(float), RNG.uniform(0, 1, (2, 23, 31))
    ours = summed(first, second, kernel)
    for given, result in zip((first, second), ours, strict=True):
        expected = [convolve2d(image, kernel.pixels().astype(float)) for image in given]
        cut = slice(kernel.reach, kernel.reach + 23), slice(kernel.reach, kernel.reach + 31)
        np.testing.assert_allclose(result, [image[cut] for image in expected], atol=1e-9)


def test_one_transform_serves_smaller_kernels_and_refuses_larger():
    image = RNG.poisson(1.0, (1, 40, 40)).astype(float)
    pair = ImagePair.of(image, image, 20)
    np.testing.assert_allclose(pair.convolved(Kernel(2.0, 5.0))[0], summed(image, image, Kernel(2.0, 5.0))[0])
    with pytest.raises(ValueError, match="wraps around"):
        pair.convolved(Kernel(0.0, 50.0))


def test_ring_off_is_zero_where_the_ring_holds_nothing():
    acceptance = np.zeros((1, 30, 30))
    acceptance[0, 15, 15] = 2.0
    pair = ImagePair.of(3 * acceptance, acceptance, 10)
    counts, off = RingBackground(0.3, 0.2).off(pair, acceptance, 0.1)
    assert counts[0, 15, 15] == 0
    assert off[0, 15, 15] == 0
    assert counts[0, 15, 19] == 6
    assert off[0, 15, 19] == pytest.approx(2.0)
    assert off[0, 15, 25] == 0  # nothing but rounding there


@pytest.mark.parametrize("method", ["fixed_width", "fixed_r_in"])
def test_adaptive_ring_takes_the_first_that_holds_enough(method):
    n = 41
    acceptance = np.ones((1, n, n))
    allowed = np.ones((1, n, n))
    allowed[0, 14:27, 14:27] = 0  # the small rings about the centre hold nothing
    counts = RNG.poisson(2.0, (1, n, n)) * allowed
    ring = AdaptiveRingBackground(
        0.3, 2.0, 0.3, stepsize=0.1, threshold_alpha=0.05, theta=0.15, method=method
    )
    kernels = ring.kernels(0.1)
    assert (kernels[0].inner < kernels[-1].inner) is (method == "fixed_width")
    pair = ImagePair.of(counts, acceptance * allowed, max(k.reach for k in kernels))
    n_off, a_off = ring.off(pair, acceptance, 0.1)
    in_disc = Kernel(0.0, 1.5).n_pixels
    for row, column in ((20, 20), (14, 20), (9, 12)):
        rings = [summed(counts, acceptance * allowed, kernel) for kernel in kernels]
        enough = [ring for ring in rings if in_disc <= 0.05 * ring[1][0, row, column] + 1e-9]
        # Beside the corner of the map no ring of this width is large enough.
        n, a = (enough[0][k][0, row, column] for k in (0, 1)) if enough else (0.0, 0.0)
        assert bool(enough) is not (method == "fixed_width" and column == 12)
        assert n_off[0, row, column] == np.rint(n)
        assert a_off[0, row, column] == pytest.approx(a)


def test_adaptive_ring_leaves_out_what_no_ring_serves():
    acceptance = np.ones((1, 20, 20))
    pair = ImagePair.of(acceptance, np.zeros_like(acceptance), 10)
    counts, off = AdaptiveRingBackground(0.2, 0.9, 0.2, theta=0.1).off(pair, acceptance, 0.1)
    assert not off.any()
    assert not counts.any()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: RingBackground(0, 0.3), "r_in of the ring is out of range; found 0 deg"),
        (lambda: RingBackground("0.5 TeV", 0.3), "r_in is not an angle"),
        (lambda: RingBackground(0.51, 0.001).kernels(0.02), "the ring holds no pixel; found r_in 0.51 deg"),
        (lambda: AdaptiveRingBackground(method="free"), "method of the adaptive ring is not known"),
        (lambda: AdaptiveRingBackground(r_out_max=0.7), "no room to grow"),
        (lambda: AdaptiveRingBackground(stepsize=1e-4), "takes too many steps"),
        (lambda: AdaptiveRingBackground(threshold_alpha=0), "threshold_alpha must be positive"),
    ],
)
def test_what_is_no_ring_is_refused(make, message):
    with pytest.raises(SettingsError, match=message):
        make()
