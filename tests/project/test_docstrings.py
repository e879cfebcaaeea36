"""`help()` is enough to work with: every public name says what it takes, gives and refuses, and shows it."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

import lightpool
from lightpool import errors

#: Packages of the engine whose names a user meets, beside those of `lightpool` itself.
PACKAGES = (*lightpool._MODULES, "dl3", "release")
ERRORS = {name for name in vars(errors) if name.endswith("Error")}


def public() -> dict[str, Any]:
    """Return the public classes and functions, each under its first name."""
    found = {f"lp.{name}": getattr(lightpool, name) for name in lightpool._HOME}
    for package in PACKAGES:
        module = import_module(f"lightpool.{package}")
        found |= {f"lp.{package}.{name}": getattr(module, name) for name in getattr(module, "__all__", ())}
    seen: dict[int, str] = {}
    for name, value in found.items():
        if inspect.isroutine(value) or inspect.isclass(value):
            seen.setdefault(id(value), name)
    return {name: found[name] for name in seen.values()}


PUBLIC = public()


def methods() -> Iterator[tuple[str, Any, Any]]:
    """Yield name, class and function of the public methods that a class defines itself."""
    for name, cls in PUBLIC.items():
        if not inspect.isclass(cls):
            continue
        for attribute, value in vars(cls).items():
            function = value.__func__ if isinstance(value, classmethod | staticmethod) else value
            if not attribute.startswith("_") and inspect.isfunction(function):
                yield f"{name}.{attribute}", cls, function


METHODS = {name: (cls, function) for name, cls, function in methods()}


def sections(value: Any) -> dict[str, str]:
    """Return the parts of a docstring by their headings; what comes before the first under ''."""
    text = inspect.cleandoc(value.__doc__ or "")
    parts = re.split(r"^(\S.*)\n-{3,}$", text, flags=re.M)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def documented(text: str) -> set[str]:
    """Return the names that a Parameters section explains."""
    lines = [line.split(" : ")[0] for line in text.splitlines() if line and not line[0].isspace()]
    return {name.strip().lstrip("*") for line in lines for name in line.split(",")}


def parameters(value: Any) -> list[str]:
    """Return the names of the parameters, without ``self`` and without ``**values`` that stand for many."""
    kinds = inspect.signature(value).parameters
    named = [name for name, p in kinds.items() if p.kind is not p.VAR_KEYWORD]
    return [name for name in named if name not in ("self", "cls")]


def raised(function: Any) -> set[str]:
    """Return the errors of ours that a function raises itself."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    calls = (node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise))
    names = {call.func.id for call in calls if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)}
    return names & ERRORS


def inherits_docstring(cls: Any, name: str) -> bool:
    """Return whether a base class explains the method already."""
    return any(name in vars(base) for base in cls.__mro__[1:-1])


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_is_explained(name):
    value = PUBLIC[name]
    parts = sections(value)
    assert re.match(r"\S.*[.?)`]", parts[""], re.S), "it says in a sentence what it is"
    unexplained = set(parameters(value)) - documented(parts.get("Parameters", ""))
    assert not unexplained, f"Parameters does not name {', '.join(sorted(unexplained))}"
    assert ">>>" in parts.get("Examples", ""), "Examples has nothing to try"
    if inspect.isroutine(value):
        assert parts[""].startswith("Return"), "the first line says what is returned"
        assert parts.get("Returns", "").strip(), "Returns is missing"
        missing = {e for e in raised(value) if e not in parts.get("Raises", "")}
        assert not missing, f"Raises does not name {', '.join(sorted(missing))}"


@pytest.mark.parametrize("name", METHODS)
def test_a_public_method_is_explained(name):
    cls, function = METHODS[name]
    parts = sections(function)
    text = function.__doc__ or ""
    assert text, "it has no docstring"
    if inherits_docstring(cls, function.__name__):
        return
    unexplained = [p for p in parameters(function) if not re.search(rf"\b{p}\b", text)]
    assert not unexplained, f"nothing is said of {', '.join(unexplained)}"
    missing = {e for e in raised(function) if e not in parts.get("Raises", "")}
    assert not missing, f"Raises does not name {', '.join(sorted(missing))}"


@pytest.mark.parametrize("package", PACKAGES)
def test_tab_completion_offers_what_is_public(package):
    module = import_module(f"lightpool.{package}")
    assert module.__doc__
    assert hasattr(module, "__all__"), "it does not say what is public"
    assert set(module.__all__) <= set(dir(module))
    assert list(module.__all__) == sorted(module.__all__, key=lambda name: (not name.isupper(), name))


def test_the_package_offers_exactly_its_public_names():
    assert dir(lightpool) == sorted(lightpool.__all__)
