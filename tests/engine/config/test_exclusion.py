from __future__ import annotations

import numpy as np
import pytest
from astropy.io import fits

from lightpool.config import AnalysisConfig
from lightpool.config.exclusion_source import read_exclusion
from lightpool.errors import DataError, SettingsError
from lightpool.exclusion import ExclusionMask
from lightpool.sky import Circle

WHERE = "datasets.background.exclusion"


def test_nothing_excludes_nothing():
    assert read_exclusion(None, where=WHERE) == ()


def test_inline_circles():
    text = """
    datasets: {background: {exclusion: [
      {lon: 83.63 deg, lat: 22.01 deg, radius: 0.3 deg},
      {frame: galactic, lon: 184.5575 deg, lat: -5.7844 deg, radius: 6 arcmin}]}}
    """
    first, second = read_exclusion(AnalysisConfig.from_yaml(text).datasets.background.exclusion, where=WHERE)
    assert first == Circle(83.63, 22.01, 0.3)
    # The Crab pulsar, whose galactic position the second entry is.
    assert (second.lon, second.lat) == pytest.approx((83.633, 22.0145), abs=2e-3)
    assert second.radius == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.reg", "# Region file format: DS9\nfk5\ncircle(83.633008,22.013995,0.300000)\n"),
        ("a.crtf", "#CRTFv0\ncircle[[83.633deg, 22.014deg], 0.3deg], coord=ICRS\n"),
    ],
)
def test_region_files(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    (found,) = read_exclusion(name, where=WHERE, beside=tmp_path)
    assert (found.lon, found.lat, found.radius) == pytest.approx((83.633, 22.014, 0.3), abs=1e-4)


@pytest.mark.parametrize("name", ["mask.fits", "mask.fits.gz"])
def test_mask_image(tmp_path, name):
    header = fits.Header(
        {
            "CTYPE1": "RA---TAN",
            "CTYPE2": "DEC--TAN",
            "CRVAL1": 83.6,
            "CRVAL2": 22.0,
            "CRPIX1": 2,
            "CRPIX2": 2,
            "CDELT1": -0.1,
            "CDELT2": 0.1,
            "CUNIT1": "deg",
            "CUNIT2": "deg",
        }
    )
    image = np.ones((3, 3), dtype="int16")
    image[1, 1] = 0
    fits.ImageHDU(image, header).writeto(tmp_path / name)
    (mask,) = read_exclusion(str(tmp_path / name), where=WHERE)
    assert isinstance(mask, ExclusionMask)
    assert mask.allowed.sum() == 8


def test_what_cannot_be_read_is_named(tmp_path):
    with pytest.raises(SettingsError, match=f"{WHERE}: no such file"):
        read_exclusion(str(tmp_path / "none.reg"), where=WHERE)
    (tmp_path / "a.txt").touch()
    with pytest.raises(SettingsError, match=r"a\.txt: an exclusion file of this kind"):
        read_exclusion(str(tmp_path / "a.txt"), where=WHERE)
    (tmp_path / "empty.reg").write_text("# Region file format: DS9\n")
    with pytest.raises(DataError, match=r"empty\.reg: this region file holds no region"):
        read_exclusion(str(tmp_path / "empty.reg"), where=WHERE)
    (tmp_path / "box.reg").write_text("fk5\nbox(83.6,22.0,0.1,0.1,0)\n")
    with pytest.raises(SettingsError, match=r"box\.reg, region 1: .*RectangleSkyRegion"):
        read_exclusion(str(tmp_path / "box.reg"), where=WHERE)
    (tmp_path / "bad.crtf").write_text("nonsense\n")
    with pytest.raises(DataError, match=r"bad\.crtf: this region file cannot be read"):
        read_exclusion(str(tmp_path / "bad.crtf"), where=WHERE)
    with pytest.raises(SettingsError, match=r"\[0\]: an excluded circle needs lon"):
        read_exclusion(
            AnalysisConfig.from_yaml(
                "datasets: {background: {exclusion: [{}]}}"
            ).datasets.background.exclusion,
            where=WHERE,
        )
