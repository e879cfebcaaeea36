"""YAML text to plain values and back, with errors that name the line."""

from __future__ import annotations

import re
from typing import Any

import yaml

from lightpool.errors import SettingsError


class _Loader(yaml.SafeLoader):
    """The safe loader, stricter about repeated keys and kinder to numbers such as ``5e-11``."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, (list, dict)):
                raise yaml.constructor.ConstructorError(None, None, "a key must be text", key_node.start_mark)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key '{key}' is given twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


# YAML 1.1 reads 5e-11 as text, dates as objects that lost how they were written, and 12:30 as 750.
_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, expression)
        for tag, expression in resolvers
        if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:float", "tag:yaml.org,2002:int")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))  # 010 is ten
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]+$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"^(?:[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    ),
    list("-+0123456789."),
)


def load(text: str, *, where: str = "") -> Any:
    """Return the plain values of YAML text.

    Raises
    ------
    SettingsError
        Naming `where` and the line of a syntax error or a repeated key.
    """
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f"line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
        place = ", ".join(part for part in (where, line) if part)
        raise SettingsError(
            f"this is not valid YAML: {error.problem or error.context}", where=place
        ) from None
    except (yaml.YAMLError, ValueError) as error:
        raise SettingsError(f"this is not valid YAML: {error}", where=where) from None


def dump(values: Any) -> str:
    """Return YAML text in the order of `values`, innermost sections on one line.

    Examples
    --------
    >>> print(dump({"fit": {"fit_range": {"min": "1 TeV", "max": None}}}), end="")
    fit:
        fit_range: {min: 1 TeV, max: null}
    """
    return str(
        yaml.safe_dump(
            values, sort_keys=False, default_flow_style=None, indent=4, width=110, allow_unicode=True
        )
    )
