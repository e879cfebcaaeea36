"""Plain FITS files are read as astropy reads them; whatever is not plain is left to it."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys

import numpy as np
import pytest
from astropy.io import fits

from lightpool.plain_fits import plain_hdus


def as_bytes(*hdus):
    content = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(content, checksum=True)
    return content.getvalue()


def table(**changes):
    columns = {
        "A": fits.Column("A", "D", "TeV", array=[1.5, 2.5]),
        "B": fits.Column("b", "2E", array=np.arange(4).reshape(2, 2)),
        "C": fits.Column("C", "6D", dim="(3,2)", array=np.arange(12).reshape(2, 2, 3)),
        "D": fits.Column("D", "8A", array=["Crab", "x y  "]),
        "E": fits.Column("E", "L", array=[True, False]),
        "F": fits.Column("F", "I", array=[-3, 4]),
        "G": fits.Column("G", "K", array=[2**40, -1]),
        "H": fits.Column("H", "B", array=[1, 255]),
    }
    hdu = fits.BinTableHDU.from_columns([c for c in (columns | changes).values() if c], name="THINGS")
    hdu.header.update({"OBS_ID": 7, "DEADC": 0.5, "GOOD": True, "OBJECT": "it's  ", "SMALL": 1e-30})
    return hdu


def same(content):
    """Compare every keyword and every cell of a file."""
    ours = plain_hdus(content)
    with fits.open(io.BytesIO(content)) as theirs:
        assert [hdu.name for hdu in ours] == [hdu.name for hdu in theirs]
        for one, other in zip(ours, theirs, strict=True):
            for key in one.header:
                value = other.header[key]
                assert one.header[key] == (None if isinstance(value, fits.card.Undefined) else value), key
            if one.is_table:
                for column in other.columns:
                    expected = np.asarray(other.data[column.name])
                    np.testing.assert_array_equal(one.rows[column.name], expected)
                    assert one.rows[column.name].dtype.kind == expected.dtype.kind
                    assert one.units[column.name.upper()] == (column.unit or "")
            elif other.data is not None:
                np.testing.assert_array_equal(one.image, other.data)
            assert one.is_intact


def test_every_plain_kind_of_column_and_keyword():
    same(as_bytes(table(), table(D=None, E=None)))


def test_an_image():
    content = as_bytes(fits.ImageHDU(np.arange(6, dtype=np.float32).reshape(2, 3), name="MASK"))
    same(content)
    assert plain_hdus(content)[0].image is None


def test_a_table_without_rows():
    hdu = table()
    same(as_bytes(fits.BinTableHDU(hdu.data[:0], header=hdu.header)))


@pytest.mark.data
def test_the_public_files(data_root):
    for path in ["hess-dl3-dr1/obs-index.fits.gz", "hess-dl3-dr1/hdu-index.fits.gz"]:
        same(gzip.decompress((data_root / path).read_bytes()))
    for path in [
        next((data_root / "hess-dl3-dr1" / "data").glob("*23523*")),
        next((data_root / "magic").rglob("*.fits*")),
        data_root / "joint-crab" / "exclusion" / "exclusion_mask_crab.fits.gz",
    ]:
        raw = path.read_bytes()
        same(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)


def scaled():
    values = np.array([1, 40000], dtype=np.uint16)
    return fits.BinTableHDU.from_columns([fits.Column("A", "I", bzero=32768, array=values)])


def ragged():
    rows = np.array([np.array([1.0]), np.array([1.0, 2.0])], dtype=object)
    return fits.BinTableHDU.from_columns([fits.Column("A", "PD()", array=rows)])


def long_text():
    hdu = table()
    hdu.header["LONGTEXT"] = "word " * 30
    return hdu


UNUSUAL = {
    "scaled columns": scaled,
    "cells of variable length": ragged,
    "a long keyword's value": long_text,
    "complex numbers": lambda: fits.BinTableHDU.from_columns([fits.Column("A", "M", array=[1j])]),
    "a scaled image": lambda: fits.ImageHDU(np.array([[40000]], dtype=np.uint16)),
    "a compressed image": lambda: fits.CompImageHDU(np.zeros((4, 4), dtype=np.int16)),
    "an ASCII table": lambda: fits.TableHDU.from_columns([fits.Column("A", "I4", array=[1])]),
}


@pytest.mark.parametrize("kind", UNUSUAL)
def test_what_is_unusual_is_left_to_astropy(kind):
    content = io.BytesIO()
    fits.HDUList([fits.PrimaryHDU(), UNUSUAL[kind]()]).writeto(content)
    assert plain_hdus(content.getvalue()) is None


def test_what_is_damaged_is_left_to_astropy():
    content = as_bytes(table())
    assert plain_hdus(content) is not None
    for block in range(1, len(content) // 2880):
        cut = plain_hdus(content[: block * 2880])
        assert cut is None or len(cut) == 1  # between two HDUs nothing is missing
    assert plain_hdus(content[:-1]) is None
    assert plain_hdus(content + b"\0") is None
    for old, new in (
        (b"TFORM1  = 'D ", b"TFORM1  = '?!"),
        (b"NAXIS2  =                    2", b"NAXIS2  =                    x"),
        (b"TDIM3   = '(3,2)", b"TDIM3   = '(3,3)"),
        (b"TTYPE2  = 'b ", b"TTYPE2  = 'A "),
        (b"PCOUNT  =                    0", b"PCOUNT  =                    8"),
    ):
        assert old in content
        assert plain_hdus(content.replace(old, new)) is None, old


def test_a_flipped_bit_is_seen_where_a_datasum_stands():
    content = bytearray(as_bytes(table()))
    hdu = plain_hdus(bytes(content))[1]
    content[hdu.start + 3] ^= 1
    assert not plain_hdus(bytes(content))[1].is_intact


def test_a_mangled_value_is_an_error_when_it_is_asked_for():
    content = as_bytes(table()).replace(b"DEADC   =                  0.5", b"DEADC   =              0.5 0.6")
    header = plain_hdus(content)[1].header
    assert header["OBS_ID"] == 7
    with pytest.raises(ValueError, match=r"unparsable card \(DEADC"):
        header.get("DEADC")


@pytest.mark.data
def test_an_analysis_of_plain_files_never_loads_astropy(data_root, tmp_path):
    code = f"""
import sys, lightpool as lp
from pathlib import Path
from lightpool.export.ogip import write_ogip
runs = lp.DataStore({str(data_root / "hess-dl3-dr1")!r}).select(obs_id=[23523, 23526])
mask = lp.ExclusionMask.read({str(data_root / "joint-crab/exclusion/exclusion_mask_crab.fits.gz")!r})
cube = lp.reduce(runs, on_region=lp.circle("83.63 deg", "22.01 deg", "0.11 deg"), exclusion=mask,
    energy=lp.energy_edges("0.5 TeV", "30 TeV", n=10), energy_true=lp.energy_edges("0.1 TeV", "50 TeV", n=20))
lp.flux_points(cube, lp.fit(cube, lp.PowerLaw()).model, [1, 3, 10])
write_ogip(cube, Path({str(tmp_path / "ogip")!r}), observations=runs)
sys.exit("astropy.io.fits" in sys.modules or "astropy.units" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
