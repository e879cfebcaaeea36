"""Axes and multilinear interpolation against a slow scalar reference."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightpool.dl3.interpolation import along_first, multilinear
from lightpool.dl3.irf_axes import Axis, node_axis


def bins(edges, *, log=False):
    edges = np.asarray(edges, dtype=float)
    nodes = np.sqrt(edges[:-1] * edges[1:]) if log else (edges[:-1] + edges[1:]) / 2
    return Axis("X", nodes, edges, log)


def slow_line(nodes, values, x, log):
    """Interpolate or extrapolate one number on one axis, step by step."""
    if len(nodes) == 1:
        return values[0]
    scale = math.log if log else float
    i = 0
    while i < len(nodes) - 2 and scale(nodes[i + 1]) <= scale(x):
        i += 1
    part = (scale(x) - scale(nodes[i])) / (scale(nodes[i + 1]) - scale(nodes[i]))
    return values[i] + part * (values[i + 1] - values[i])


edges_strategy = st.lists(st.floats(0.1, 3.0), min_size=1, max_size=5).map(
    lambda steps: np.concatenate([[0.05], 0.05 + np.cumsum(steps)])
)
cells = st.floats(-5, 5)


@settings(deadline=None)  # a busy machine is no defect
@given(edges_strategy, edges_strategy, st.data())
def test_two_axes_follow_the_scalar_reference(first_edges, second_edges, data):
    first, second = bins(first_edges, log=True), bins(second_edges)
    n = len(first) * len(second)
    values = np.array(data.draw(st.lists(cells, min_size=n, max_size=n))).reshape(len(first), len(second))
    x = data.draw(st.floats(first_edges[0], first_edges[-1]))
    y = data.draw(st.floats(second_edges[0], second_edges[-1]))
    rows = [slow_line(first.nodes, values[:, j], x, True) for j in range(len(second))]
    expected = slow_line(second.nodes, rows, y, False)
    found = multilinear(values, first.locate(x), second.locate(y))
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)
    stepwise = along_first(along_first(values, first.locate(x)), second.locate(y))
    assert stepwise == pytest.approx(expected, rel=1e-9, abs=1e-9)


@settings(deadline=None)  # a busy machine is no defect
@given(edges_strategy, st.lists(st.floats(0.001, 30), min_size=1, max_size=6))
def test_nodes_give_back_their_own_values(edges, values):
    axis = bins(edges)
    cell = np.resize(values, len(axis))
    np.testing.assert_allclose(along_first(cell, axis.locate(axis.nodes)), cell)
    assert axis.locate(axis.nodes).inside.all()


def test_outer_edges_are_inside_and_the_next_number_is_not():
    axis = bins([0, 1, 2])
    x = np.array([-1e-9, 0, 2, 2 + 1e-9])
    assert axis.locate(x).inside.tolist() == [False, True, True, False]


def test_nodes_reach_half_a_step_further():
    axis = node_axis("THETA", np.array([0, 0.5, 1.0, 2.0]))
    assert axis.edges.tolist() == [-0.25, 0.25, 0.75, 1.5, 2.5]
    log = node_axis("ENERG", np.array([1.0, 10.0, 100.0]), log=True)
    np.testing.assert_allclose(log.edges, [10**-0.5, 10**0.5, 10**1.5, 10**2.5])


def test_one_bin_is_constant_between_its_edges():
    axis = bins([0.39, 0.41])
    place = axis.locate(np.array([0.3, 0.395, 0.41, 0.5]))
    assert place.inside.tolist() == [False, True, True, False]
    assert along_first(np.array([7.0]), place).tolist() == [7.0] * 4


def test_one_node_without_width_has_no_outside():
    place = node_axis("THETA", np.array([0.4])).locate(np.array([0.0, 0.4, 3.0]))
    assert place.inside.all()
    assert along_first(np.array([7.0]), place).tolist() == [7.0] * 3


def test_locations_broadcast():
    values = np.arange(6.0).reshape(2, 3)
    first, second = bins([0, 1, 2]), bins([0, 1, 2, 3])
    found = multilinear(
        values, first.locate(np.array([[0.5], [1.5]])), second.locate(np.array([0.5, 1.0, 2.5]))
    )
    np.testing.assert_allclose(found, [[0, 0.5, 2], [3, 3.5, 5]])


def test_single_precision_values_are_computed_in_double():
    values = np.array([0.1, 0.2], dtype=np.float32)
    found = along_first(values, bins([0, 1, 2]).locate(0.75))
    assert found.dtype == np.float64
    assert found == pytest.approx(0.75 * float(values[0]) + 0.25 * float(values[1]), rel=1e-15)
