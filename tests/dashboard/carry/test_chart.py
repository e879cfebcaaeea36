"""A chart puts numbers where they belong and stays within what SVG allows."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from lightpool_dashboard.carry.chart import Axis, Chart
from lightpool_dashboard.png import png

SVG = "{http://www.w3.org/2000/svg}"


def chart(**options) -> Chart:
    return Chart(Axis(1, 100, "x <b>", log=True), Axis(0, 10, "y"), 200, 100, **options)


def drawn(made: Chart) -> ElementTree.Element:
    return ElementTree.fromstring(made.svg("a & b", 3))


def test_a_point_lies_where_its_numbers_say():
    made = chart()
    made.points(np.array([10.0]), np.array([2.5]), "#000000")
    circle = drawn(made).find(f".//{SVG}circle")
    assert (float(circle.get("cx")), float(circle.get("cy"))) == (100, 75)


def test_ticks_say_their_numbers_and_labels_are_text():
    texts = [element.text for element in drawn(chart()).iter(f"{SVG}text")]
    assert texts[-2:] == ["x <b>", "y"]
    assert {"1", "10", "100", "0", "2", "4"} <= set(texts)
    assert drawn(chart()).find(f"{SVG}title").text == "a & b"


def test_what_has_no_place_parts_the_curve_or_is_left_out():
    made = chart()
    made.line(np.array([1.0, 10, 20, -5, 30, 40]), np.array([1.0, 2, np.nan, 3, 4, np.inf]), "#000000")
    made.points(np.array([-1.0, 10]), np.array([1.0, np.nan]), "#000000")
    root = drawn(made)
    assert "nan" not in made.svg("", 0)
    assert len(re.findall("M", root.find(f".//{SVG}g/{SVG}path").get("d"))) == 2
    assert root.find(f".//{SVG}circle") is None


def test_a_histogram_rests_on_the_axis_where_it_has_nothing():
    made = Chart(Axis(0, 2, "x"), Axis(1, 100, "y", log=True), 200, 100)
    made.steps(np.array([0.0, 1, 2]), np.array([0.0, 10]), "#000000")
    path = drawn(made).find(f".//{SVG}g/{SVG}path").get("d")
    assert path == "M0.0 100.0L0.0 100.0L100.0 100.0L100.0 50.0L200.0 50.0L200.0 100.0"


@pytest.mark.parametrize("reverse", [False, True])
def test_a_picture_is_mirrored_with_its_axis(reverse):
    ends = (10.0, 0.0) if reverse else (0.0, 10.0)
    made = Chart(Axis(*ends, "x"), Axis(0, 10, "y"), 200, 100)
    made.image(png(np.eye(2), low=0, high=1), (0, 5), (0, 5))
    image = drawn(made).find(f".//{SVG}image")
    assert (float(image.get("width")), float(image.get("height")), float(image.get("y"))) == (100, 50, 50)
    if reverse:
        assert image.get("transform") == "translate(200.0 0) scale(-1 1)"
    else:
        assert image.get("x") == "0.0"
