"""Exclusion masks and circles: read, sampled by the nearest pixel, refused in words."""

import astropy.units as u
import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.wcs import WCS
from regions import CircleSkyRegion

from lightpool.errors import DataError, SettingsError
from lightpool.exclusion import ExclusionMask, as_exclusion, excludes
from lightpool.sky import Circle, circle, unit_vectors


def write_mask(path, *, ctype=("RA---TAN", "DEC--TAN"), centre=(83.63, 22.01), dtype=np.int16):
    wcs = WCS(naxis=2)
    wcs.wcs.ctype, wcs.wcs.crval = list(ctype), list(centre)
    wcs.wcs.crpix, wcs.wcs.cdelt = [50.5, 50.5], [-0.05, 0.05]
    data = np.ones((100, 100), dtype=dtype)
    data[40:60, 40:60] = 0
    fits.PrimaryHDU(data, wcs.to_header()).writeto(path)
    return path


@pytest.mark.parametrize(
    ("ctype", "centre"),
    [(("RA---TAN", "DEC--TAN"), (83.63, 22.01)), (("GLON-CAR", "GLAT-CAR"), (184.5575, 0.0))],
)
def test_a_mask_from_a_file_excludes_what_it_shows(tmp_path, ctype, centre):
    mask = ExclusionMask.read(write_mask(tmp_path / "mask.fits", ctype=ctype, centre=centre))
    frame = "icrs" if ctype[0].startswith("RA") else "galactic"
    inside = SkyCoord(*centre, unit="deg", frame=frame).icrs
    beside = SkyCoord(centre[0], centre[1] + 1.0, unit="deg", frame=frame).icrs
    far = SkyCoord(centre[0], centre[1] + 20.0, unit="deg", frame=frame).icrs
    vectors = unit_vectors(
        [p.ra.deg for p in (inside, beside, far)], [p.dec.deg for p in (inside, beside, far)]
    )
    assert mask.excludes(vectors).tolist() == [True, False, False]


def test_a_mask_made_of_circles_agrees_with_them_but_for_its_pixels():
    region = circle(83.0, 22.5, 0.5)
    mask = ExclusionMask.from_circles([region], lon=83.63, lat=22.01, npix=300, pixel=0.01)
    rng = np.random.default_rng(0)
    vectors = unit_vectors(rng.uniform(82, 85, 4000), rng.uniform(21, 23, 4000))
    inside = region.contains(
        *np.degrees([np.arctan2(vectors[:, 1], vectors[:, 0]), np.arcsin(vectors[:, 2])])
    )
    np.testing.assert_array_equal(excludes((region,), vectors), inside)
    assert np.mean(mask.excludes(vectors) != inside) < 0.01


@pytest.mark.data
def test_the_public_crab_mask(data_root):
    mask = ExclusionMask.read(data_root / "joint-crab" / "exclusion" / "exclusion_mask_crab.fits.gz")
    assert mask.excludes(unit_vectors([83.633, 81.0], [22.014, 22.014])).tolist() == [True, False]


def test_whatever_means_a_circle_is_accepted():
    region = CircleSkyRegion(SkyCoord(10, 20, unit="deg"), 0.3 * u.deg)
    (only,) = as_exclusion(region)
    assert (only.lon, only.lat, only.radius) == pytest.approx((10, 20, 0.3))
    assert as_exclusion(None) == ()
    assert len(as_exclusion([region, Circle(1, 2, 3)])) == 2
    assert not excludes((), unit_vectors([1.0], [2.0])).any()


def test_masks_that_cannot_be_used_are_refused(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        ExclusionMask.read(tmp_path / "none.fits")
    (tmp_path / "text.fits").write_text("not FITS")
    with pytest.raises(DataError, match="cannot be read"):
        ExclusionMask.read(tmp_path / "text.fits")
    fits.PrimaryHDU(np.ones((2, 3, 4))).writeto(tmp_path / "cube.fits")
    with pytest.raises(DataError, match="3 dimensions"):
        ExclusionMask.read(tmp_path / "cube.fits")
    fits.PrimaryHDU(np.ones((3, 4))).writeto(tmp_path / "plain.fits")
    with pytest.raises(DataError, match="no sky coordinates"):
        ExclusionMask.read(tmp_path / "plain.fits")
    fits.HDUList([fits.PrimaryHDU()]).writeto(tmp_path / "empty.fits")
    with pytest.raises(DataError, match="no image"):
        ExclusionMask.read(tmp_path / "empty.fits")
    whole = write_mask(tmp_path / "whole.fits").read_bytes()
    (tmp_path / "cut.fits").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="cannot be read"):
        ExclusionMask.read(tmp_path / "cut.fits")
    with pytest.raises(SettingsError, match="circles or masks"):
        as_exclusion([tmp_path / "whole.fits"])
