from __future__ import annotations

import doctest
from importlib import import_module

import pytest


@pytest.mark.parametrize("name", ["direction", "theme", "ticks"])
def test_examples_in_docstrings_are_true(name):
    result = doctest.testmod(import_module(f"lightpool_dashboard.{name}"))
    assert result.attempted
    assert not result.failed
