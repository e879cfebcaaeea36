from __future__ import annotations

import re

import pytest

from lightpool_dashboard import theme


@pytest.mark.parametrize("background", [theme.LIGHT, theme.DARK])
@pytest.mark.parametrize("colour", [*theme.PAGE_COLOURS, *theme.TIME_STOPS])
def test_marks_stand_out_on_both_themes(colour, background):
    assert theme.contrast(colour, background) >= 3


@pytest.mark.parametrize("colour", theme.SKY_COLOURS)
def test_regions_stand_out_on_the_sky_but_for_its_brightest_spots(colour):
    # Up to a quarter of the brightest pixel, after the square-root stretch.
    for step in theme.colour_map()[:128:16]:
        assert theme.contrast(colour, "#" + bytes(step).hex()) >= 3


def test_the_style_sheet_uses_the_backgrounds_that_are_checked():
    cards = set(re.findall(r"--lp-card: (#[0-9a-f]{6})", theme.style_sheet()))
    assert cards == {theme.LIGHT, theme.DARK}


@pytest.mark.parametrize("name", ["text", "soft", "accent", "bad", "good"])
def test_text_is_legible_in_both_themes(name):
    sheet = theme.style_sheet()
    for colour, card in zip(
        re.findall(rf"--lp-{name}: (#[0-9a-f]{{6}})", sheet),
        re.findall(r"--lp-card: (#[0-9a-f]{6})", sheet),
        strict=True,
    ):
        assert theme.contrast(colour, card) >= 4.5


def test_every_rule_is_kept_inside_the_dashboard():
    sheet = re.sub(r"/\*.*?\*/", "", theme.style_sheet(), flags=re.S)
    selectors = re.findall(r"(?:^|[{}])\s*([^{}@]+?)\s*\{", sheet)
    assert selectors
    outside = [
        s for s in selectors for part in re.split(r",(?![^(]*\))", s) if not part.strip().startswith(".lp-")
    ]
    assert outside == []


def test_runs_differ_in_marker_as_well_as_colour():
    styles = [theme.run_style(k) for k in range(len(theme.RUNS))]
    assert len({marker for marker, _ in styles}) == len({colour for _, colour in styles}) == len(theme.RUNS)
    assert theme.run_style(len(theme.RUNS)) == styles[0]
