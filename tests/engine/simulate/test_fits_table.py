"""Tables written by hand are read back by astropy."""

from __future__ import annotations

import io

import numpy as np
from astropy.io import fits

from lightpool.simulate.fits_table import Column, primary_bytes, table_bytes


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


def test_a_table_without_rows_is_a_table():
    content = primary_bytes({}) + table_bytes("EMPTY", [Column("A", np.empty(0), "s")], {})
    with fits.open(io.BytesIO(content)) as hdus:
        assert len(hdus["EMPTY"].data) == 0
