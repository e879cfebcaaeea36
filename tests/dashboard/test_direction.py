from __future__ import annotations

import pytest

from lightpool.errors import SettingsError
from lightpool_dashboard.direction import direction_text, parse_direction

CRAB = (83.633083, 22.0145)


@pytest.mark.parametrize(
    "text",
    [
        "83.633083 22.0145",
        "83.633083, +22.0145",
        "83.633083d +22.0145d",
        "83.633083° 22.0145°",
        "83.633083 deg 22.0145 deg",
        "ra=83.633083 dec=22.0145",
        "05:34:31.94 +22:00:52.2",
        "5 34 31.94 22 0 52.2",
        "05h34m31.94s +22d00m52.2s",
        "05h34m31.94s, 22°00′52.2″ (J2000)".replace("(J2000)", "J2000"),
        "83d37m59.1s 22d00m52.2s",
        "l=184.5574 b=-5.7843",
        "l 184.5574, b -5.7843",
        "184.5574 −5.7843 galactic",
        "gal 184d33m26.6s -5d47m3.5s",
    ],
)
def test_people_write_one_direction_in_many_ways(text):
    assert parse_direction(text) == pytest.approx(CRAB, abs=1e-4)


def test_a_small_negative_latitude_keeps_its_sign():
    assert parse_direction("12:00:00 -00:30:00") == (180.0, -0.5)
    assert parse_direction("-10 -0.5") == (350.0, -0.5)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Crab",
        "83.6",
        "1 2 3",
        "1 2 3 4 5",
        "05:61:00 +1:2:3",
        "1e400 3",
        "nan nan",
        "83.6 --22",
        "x" * 9999,
    ],
)
def test_what_is_not_understood_says_what_is(text):
    with pytest.raises(SettingsError, match=r"not understood.*expected 83\.633 22\.014"):
        parse_direction(text)


@pytest.mark.parametrize("text", ["83.6 95", "400 0", "25:00:00 +10:00:00"])
def test_no_place_on_the_sky(text):
    with pytest.raises(SettingsError, match="is no place on the sky"):
        parse_direction(text)


def test_what_is_shown_can_be_typed():
    assert parse_direction(direction_text(*CRAB)) == pytest.approx(CRAB, abs=1e-4)
