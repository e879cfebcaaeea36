"""What notebooks show: tables that are readable in every theme, and safe whatever the files say."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

import lightpool as lp
from lightpool.html import details, parameter_table, table

EVIL = "<script>alert('x')</script>"


def test_every_text_is_escaped():
    html = table([EVIL, EVIL], [(EVIL, EVIL)], caption=f"{EVIL}: {EVIL}", facts=EVIL, notes=[EVIL])
    assert "<script" not in html + details(EVIL, "")
    assert html.count("&lt;script&gt;") == 10
    assert "label='&lt;script&gt;alert(&#x27;x" in html  # quotes too: no way out of an attribute


@pytest.mark.parametrize(
    ("column", "side"),
    [
        (["7613", "12"], "right"),
        (["4.79e-11", "-3.6E-12".lower(), "+.5", ""], "right"),
        (["< 2.89e-12"], "right"),
        (["0.16", "frozen"], "right"),
        (["10", "7 - 50"], "right"),
        (["23523, 23526"], "left"),
        (["TeV-1 s-1 cm-2"], "left"),
        (["3C 273"], "left"),
    ],
)
def test_columns_of_numbers_stand_to_the_right(column, side):
    html = table(["name", "column"], [("a", cell) for cell in column])
    assert re.findall(r"<t[dh] (?:scope='col' )?style='text-align:(\w+)'>(?!name)", html) == [side] * (
        len(column) + 1
    )


def test_no_colour_is_named_so_that_every_theme_has_its_own(demo_store, fitted):
    for view in (demo_store, fitted, fitted.model):
        assert not re.search(r"color|#[0-9a-f]{3}", view._repr_html_())


def test_rows_beyond_the_limit_are_counted():
    html = table(["n"], [(i,) for i in range(5)], limit=3)
    assert html.count("scope='row'") == 3
    assert "and 2 more" in html
    assert "more" not in table(["n"], [(i,) for i in range(3)], limit=3)


def test_without_rows_there_is_no_empty_table():
    assert "<table" not in table((), [], caption="only words", notes=["a note"])
    assert "<table" in table(["n"], [])


def test_limits_and_priors_are_told_where_there_are_any():
    model = lp.PowerLaw()
    assert model._repr_html_().count("<th scope='col'") == 4
    html = model.limit("index", 1, 5)._repr_html_()
    assert html.count("<th scope='col'") == 5
    assert "1 to 5" in html
    linked = [replace(p, link="both") for p in model.parameters]
    assert parameter_table(linked).count("linked") == 3


@pytest.mark.parametrize("name", lp.spectra.MODELS)
def test_a_model_shows_its_formula(name):
    kind = lp.spectra.MODELS[name]
    try:
        model = kind()
    except TypeError:
        pytest.skip("it wants a table or another model")
    html = model._repr_html_()
    assert f"<b>{kind.__name__}</b>" in html
    assert "`" not in html


@pytest.fixture(scope="module")
def cube(demo_store):
    return lp.reduce(
        demo_store.select(obs_id=[1001, 1002]),
        on_region=lp.circle(83.633, 22.014, 0.11),
        energy=lp.energy_edges(0.5, 40, n=8),
        energy_true=lp.energy_edges(0.1, 100, n=20),
    )


@pytest.fixture(scope="module")
def fitted(cube):
    return lp.fit(cube, lp.PowerLaw())


def test_a_fit_says_how_it_went(fitted):
    html = fitted._repr_html_()
    assert "<b>PowerLaw:</b> The fit converged." in html
    assert f"stat / dof = {fitted.stat:.2f} / {fitted.dof}" in html


def test_a_store_shows_its_targets_with_hours(demo_store):
    html = demo_store._repr_html_()
    assert "28 runs, 4 targets" in html
    assert "Crab Nebula (simulated)" in html
    assert re.search(r"<td style='text-align:right'>4</td><td style='text-align:right'>1\.\d</td>", html)


def test_a_check_says_in_words_how_it_went(demo_store):
    html = demo_store.check()._repr_html_()
    assert "every run has what an analysis needs" in html
    assert "<summary>28 runs</summary>" in html
