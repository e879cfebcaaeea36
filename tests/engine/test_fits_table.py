"""Tables written by hand are read back by astropy."""

from __future__ import annotations

import io

import numpy as np
import pytest
from astropy.io import fits

from lightpool.fits_table import Column, primary_bytes, table_bytes, write_fits


def test_every_kind_of_column_comes_back():
    cube = np.arange(24, dtype=np.float32).reshape(1, 2, 3, 4)
    columns = [
        Column("A", np.array([1.5]), "s"),
        Column("B", np.array([7])),
        Column("C", np.array(["Crab"])),
        Column("D", cube, "m2"),
        Column("E", cube[:, 0, 0]),
    ]
    content = primary_bytes({"HISTORY": "note"}) + table_bytes("THING", columns, {"OBS_ID": 5, "X": 0.1})
    assert len(content) % 2880 == 0
    with fits.open(io.BytesIO(content)) as hdus:
        hdus.verify("exception")
        assert str(hdus[0].header["HISTORY"]) == "note"
        header, row = hdus["THING"].header, hdus["THING"].data[0]
        assert (header["OBS_ID"], header["X"], header["TUNIT1"], header["TUNIT4"]) == (5, 0.1, "s", "m2")
        assert header["TDIM4"] == "(4,3,2)"
        assert (row["A"], row["B"], row["C"]) == (1.5, 7, "Crab")
        np.testing.assert_array_equal(row["D"], cube[0])
        np.testing.assert_array_equal(row["E"], [0, 1, 2, 3])


def test_every_kind_of_keyword_comes_back():
    keys = {
        "TRUE": True, "COUNT": np.int32(-5), "SMALL": 1.5e-300, "WHOLE": 3.0, "PI": np.pi, "BIG": 1e22,
        "TEXT": "it's", "EMPTY": "", "LONG": "a 'quoted' word, " * 12, "QUOTES": "'" * 90, "ODD": "naïve",
    }  # fmt: skip
    content = primary_bytes({"HISTORY": "word " * 30, "COMMENT": "x"}) + table_bytes(
        "T", [Column("A", np.arange(2))], keys
    )
    with fits.open(io.BytesIO(content)) as hdus:
        hdus.verify("exception")
        header = hdus["T"].header
        for key, value in keys.items():
            expected = value.rstrip().encode("ascii", "replace").decode() if isinstance(value, str) else value
            assert header[key] == expected, key
            assert type(header[key]) is type(expected) or key == "COUNT"
        assert "".join(str(line) for line in hdus[0].header["HISTORY"]).split() == ["word"] * 30
    with pytest.raises(ValueError, match="a FITS header holds no nan"):
        table_bytes("T", [Column("A", np.arange(2))], {"X": float("nan")})


def test_a_table_without_rows_is_a_table():
    content = primary_bytes({}) + table_bytes("EMPTY", [Column("A", np.empty(0), "s")], {})
    with fits.open(io.BytesIO(content)) as hdus:
        assert len(hdus["EMPTY"].data) == 0


def test_whole_numbers_truth_values_and_vectors_keep_their_kinds(tmp_path):
    columns = [
        Column("SHORT", np.array([1, -2], dtype="i2")),
        Column("LONG", np.array([1, 70000], dtype="i4")),
        Column("HUGE", np.array([1, 2**40])),
        Column("GOOD", np.array([True, False])),
        Column("ONE", np.array([[1.5], [2.5]])),
        Column("FLAGS", np.array([[True, False, True], [False] * 3])),
        Column("TEXT", np.array(["naïve", ""])),
    ]
    write_fits(tmp_path / "t.fits", [table_bytes("T", columns, {})])
    with fits.open(tmp_path / "t.fits") as hdus:
        hdus.verify("exception")
        data = hdus["T"].data
        assert [c.format for c in data.columns] == ["I", "J", "K", "L", "1D", "3L", "5A"]
        for column in columns[:-1]:
            np.testing.assert_array_equal(data[column.name], column.values)
        assert data["TEXT"].tolist() == ["na?ve", ""]
    with pytest.raises(FileExistsError):
        write_fits(tmp_path / "t.fits", [])


def test_vectors_of_variable_length(tmp_path):
    rows = [np.array([1.5, 2.5], dtype="f4"), np.array([], dtype="f4"), np.array([3.5], dtype="f4")]
    channels = [np.array([k], dtype="i2") for k in range(3)]
    write_fits(
        tmp_path / "t.fits", [table_bytes("T", [Column("A", channels), Column("B", rows)], {"N": 3})] * 2
    )
    with fits.open(tmp_path / "t.fits") as hdus:
        hdus.verify("exception")
        assert len(hdus) == 3
        data = hdus[2].data
        assert [c.format for c in data.columns] == ["PI(1)", "PE(2)"]
        for stored, row in zip(data["B"], rows, strict=True):
            np.testing.assert_array_equal(stored, row)
        assert [int(a[0]) for a in data["A"]] == [0, 1, 2]
