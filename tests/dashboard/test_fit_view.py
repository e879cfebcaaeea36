from __future__ import annotations

import re

import numpy as np

from lightpool.confidence import minos_errors


def cells(markup):
    body = markup.split("<tbody>")[1].split("</tbody>")[0]
    rows = re.findall(r"<tr>(.*?)</tr>", body)
    return [
        [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
        for row in rows
    ]


def test_correlations_are_numbers_with_a_shade_of_their_own(dashboard):
    fit = dashboard.state.outcome.fit
    rows = cells(dashboard.fit.correlation.value)
    free = [fit.model.names[i] for i in fit.model.free_indices]
    assert [row[0] for row in rows] == free
    shown = np.array([[float(text.replace("−", "-")) for text in row[1:]] for row in rows])
    np.testing.assert_allclose(shown, fit.correlation, atol=0.0051)
    shades = re.findall(r'lp-shade (lp-\w+)" style="--lp-share:(\d+)%', dashboard.fit.correlation.value)
    for (sign, share), value in zip(shades, fit.correlation.ravel(), strict=True):
        assert sign == ("lp-minus" if value < 0 else "lp-plus")
        assert int(share) == round(min(abs(value), 1) * 100)


def test_one_free_parameter_has_no_correlation(dashboard):
    state = dashboard.state
    state.model = "power-law"
    state.choose("index", frozen=True, value=2.4)
    dashboard.schedule.flush()
    assert dashboard.fit.correlation.value == ""


def test_asymmetric_errors_are_those_of_the_engine_and_only_on_demand(dashboard):
    state = dashboard.state
    assert state.asymmetric is None
    assert "±" in dashboard.fit.table.value
    dashboard.model.minos.value = True
    dashboard.schedule.flush()
    fit = state.outcome.fit
    down, up = minos_errors(state.outcome.fitted, fit, "index")
    row = next(row for row in cells(dashboard.fit.table.value) if row[0] == "index")
    assert row[2] == f"+{up:.2g} −{down:.2g}"
    assert next(row for row in cells(dashboard.fit.table.value) if row[0] == "reference")[2] == "frozen"
    dashboard.model.minos.value = False
    dashboard.schedule.flush()
    assert state.asymmetric is None
    assert "±" in dashboard.fit.table.value


def test_a_parameter_without_an_asymmetric_error_says_why(dashboard):
    state = dashboard.state
    state.choose("index", value=2.00005, low=2.0, high=2.0001)
    state.minos = True
    dashboard.schedule.flush()
    assert "index" in state.asymmetric.failures
    assert "does not rise" in dashboard.fit.table.value
