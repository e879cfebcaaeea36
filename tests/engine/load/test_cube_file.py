"""Cubes come back from their files as they were, and files that hold none are refused."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest

from lightpool.errors import DataError
from lightpool.export.cube_file import write_cube
from lightpool.fitting import fit
from lightpool.load import open_cube
from lightpool.spectra import PowerLaw
from lightpool.stacking import stack

START = PowerLaw(index=2.5, amplitude=3e-11)


def same(one, other):
    return one.drop_attrs(deep=False).identical(other.drop_attrs(deep=False))


def test_netcdf(cube, tmp_path):
    write_cube(cube, tmp_path / "cube.nc")
    back = open_cube(str(tmp_path / "cube.nc"))
    assert same(back, cube)
    assert back.attrs == cube.attrs
    assert fit(back, START).stat == fit(cube, START).stat
    (tmp_path / "cube.nc").unlink()  # it was read whole


def test_a_stacked_cube(cube, tmp_path):
    write_cube(stack(cube), tmp_path / "cube.nc")
    assert same(open_cube(tmp_path / "cube.nc"), stack(cube))


def test_the_accessor_comes_with_the_file(cube, tmp_path):
    write_cube(cube, tmp_path / "cube.nc")
    code = (
        "from lightpool.load import open_cube;"
        f"print(open_cube({str(tmp_path / 'cube.nc')!r}).onoff.cumulative()[-1]['counts'])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert int(printed) == cube.onoff.cumulative()[-1]["counts"]


def test_zarr(cube, tmp_path):
    pytest.importorskip("zarr")
    write_cube(cube, tmp_path / "cube.zarr", origin=None)
    back = open_cube(tmp_path / "cube.zarr")
    assert same(back.load(), cube)
    assert fit(back, START).stat == fit(cube, START).stat


def test_zarr_that_is_none(tmp_path):
    (tmp_path / "cube.zarr").mkdir()
    expected = (
        "this cube file cannot be read" if importlib.util.find_spec("zarr") else "needs the zarr package"
    )
    with pytest.raises(DataError, match=expected):
        open_cube(tmp_path / "cube.zarr")


def test_file_that_is_no_cube(cube, tmp_path):
    with pytest.raises(DataError, match=r"none\.nc: no such cube file"):
        open_cube(tmp_path / "none.nc")
    (tmp_path / "text.nc").write_text("hello")
    with pytest.raises(DataError, match=r"text\.nc: this cube file cannot be read"):
        open_cube(tmp_path / "text.nc")
    cube.drop_vars("livetime").to_netcdf(tmp_path / "part.nc", engine="h5netcdf")
    with pytest.raises(DataError, match=r"part\.nc: variable livetime: this is not a cube"):
        open_cube(tmp_path / "part.nc")
    cube.assign(exposure=cube["exposure"].assign_attrs(units="m2 s")).to_netcdf(
        tmp_path / "unit.nc", engine="h5netcdf"
    )
    with pytest.raises(
        DataError, match=r"variable exposure: wrong unit in the cube; found m2 s; expected cm2 s"
    ):
        open_cube(tmp_path / "unit.nc")


def test_truncated(cube, tmp_path):
    path = tmp_path / "cube.nc"
    write_cube(cube, path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DataError, match=r"cube\.nc: this cube file cannot be read") as caught:
        open_cube(path)
    assert len(str(caught.value).splitlines()) == 1
