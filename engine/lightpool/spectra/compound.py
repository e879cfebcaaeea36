"""Sums, differences and products of models, whose parameters may be shared."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from lightpool.errors import SettingsError
from lightpool.spectra.model import SpectralModel
from lightpool.spectra.parameter import Parameter

_SIGNS = {"add": "+", "sub": "-", "mul": "*"}
#: A model by its place among the leaves, or two of these with what joins them.
Tree = int | tuple[str, "Tree", "Tree"]


@dataclass(frozen=True)
class _Shared:
    """A parameter and who has it: pairs of leaf and place among that leaf's parameters."""

    parameter: Parameter
    users: tuple[tuple[int, int], ...]


class Compound(SpectralModel):
    """Two models joined by ``+``, ``-`` or ``*``; either may be a compound itself.

    A parameter keeps its name where only one of the models has it; otherwise the place of its model
    follows: ``amplitude_1``, ``amplitude_2``. Linked parameters are one parameter.

    Parameters
    ----------
    model1, model2 : SpectralModel
    operator : {"add", "sub", "mul"}

    Examples
    --------
    >>> from lightpool.spectra import LogParabola, PowerLaw
    >>> (PowerLaw() + LogParabola()).names
    ('index', 'amplitude_1', 'reference_1', 'amplitude_2', 'reference_2', 'alpha', 'beta')
    """

    type_name = "CompoundSpectralModel"
    tag = "compound"
    extra_keys: ClassVar[tuple[str, ...]] = ("model1", "model2", "operator")

    def __init__(self, model1: SpectralModel, model2: SpectralModel, operator: str = "add") -> None:
        if operator not in _SIGNS:
            raise SettingsError(
                "models cannot be joined in this way", found=repr(operator), expected=", ".join(_SIGNS)
            )
        first, second = _parts(model1), _parts(model2)
        n_first = len(first[0])
        moved = [replace(s, users=tuple((leaf + n_first, j) for leaf, j in s.users)) for s in second[2]]
        self._assemble(
            (*first[0], *second[0]), (operator, first[1], _shift(second[1], n_first)), (*first[2], *moved)
        )

    def _assemble(self, leaves: tuple[SpectralModel, ...], tree: Tree, shared: Iterable[_Shared]) -> None:
        self.leaves, self._tree = leaves, tree
        merged = _merge(shared)
        self._shared = tuple(s.users for s in merged)
        names = _names([(leaves[s.users[0][0]].names[s.users[0][1]], s.users[0][0] + 1) for s in merged])
        self.parameters = tuple(
            replace(s.parameter, name=name) for s, name in zip(merged, names, strict=True)
        )
        self.covariance = None
        place = {user: i for i, users in enumerate(self._shared) for user in users}
        self._slots = tuple(
            tuple(place[k, j] for j in range(len(leaf.parameters))) for k, leaf in enumerate(leaves)
        )
        norm = self._norm_of(tree)
        self.norm = "" if norm is None else names[norm]

    # -- parameters that share a value -------------------------------------------------------

    def link(self, first: str, *others: str) -> Compound:
        """Return a copy in which `others` take value, limits and prior of `first`, and are one with it.

        Parameters
        ----------
        first : str
        *others : str
            Parameter names.

        Raises
        ------
        SettingsError
            For an unknown name, or units that differ.
        """
        self._check_names((first, *others), self.parameters)
        label = self[first].link or f"{first}@{os.urandom(4).hex()}"
        linked = {first, *others}
        entries = [
            _Shared(replace(p, link=label) if p.name in linked else p, users)
            for p, users in zip(self.parameters, self._shared, strict=True)
        ]
        # The one that is named first leads.
        entries.sort(key=lambda s: s.parameter.name != first)
        copy = object.__new__(Compound)
        copy._assemble(self.leaves, self._tree, entries)
        return copy

    # -- spectrum ----------------------------------------------------------------------------

    def evaluate(self, energy: np.ndarray, *values: float) -> np.ndarray:  # type: ignore[override]
        """Return dN/dE; see `SpectralModel.evaluate`."""
        return self._value(self._tree, energy, values)

    def gradient(self, energy: np.ndarray, *values: float) -> np.ndarray:  # type: ignore[override]
        """Return its slopes; see `SpectralModel.gradient`."""
        return self._value_and_slopes(self._tree, energy, values)[1]

    def _value(self, tree: Tree, energy: np.ndarray, values: tuple[float, ...]) -> np.ndarray:
        if isinstance(tree, int):
            return self.leaves[tree].evaluate(energy, *(values[i] for i in self._slots[tree]))
        operator, left, right = tree
        a, b = self._value(left, energy, values), self._value(right, energy, values)
        return a * b if operator == "mul" else a + b if operator == "add" else a - b

    def _value_and_slopes(
        self, tree: Tree, energy: np.ndarray, values: tuple[float, ...]
    ) -> tuple[np.ndarray, np.ndarray]:
        if isinstance(tree, int):
            own = [values[i] for i in self._slots[tree]]
            slopes = np.zeros((len(values), *np.shape(energy)))
            for i, slope in zip(self._slots[tree], self.leaves[tree].gradient(energy, *own), strict=True):
                slopes[i] += slope
            return self.leaves[tree].evaluate(energy, *own), slopes
        operator, left, right = tree
        a, to_a = self._value_and_slopes(left, energy, values)
        b, to_b = self._value_and_slopes(right, energy, values)
        if operator == "mul":
            return a * b, to_a * b + to_b * a
        return (a + b, to_a + to_b) if operator == "add" else (a - b, to_a - to_b)

    def node_count(self, edges: np.ndarray) -> int:
        """Return what the most demanding of the models needs."""
        return max(super().node_count(edges), *(model.node_count(edges) for model in self.models))

    @property
    def models(self) -> tuple[SpectralModel, ...]:
        """The models that are joined, with their values here, in order."""
        return tuple(
            leaf._copy(
                replace(self.parameters[i], name=p.name) for p, i in zip(leaf.parameters, slots, strict=True)
            )
            for leaf, slots in zip(self.leaves, self._slots, strict=True)
        )

    def _norm_of(self, tree: Tree) -> int | None:
        """Return the position of the parameter that scales a branch, None where there is no single one."""
        if isinstance(tree, int):
            leaf = self.leaves[tree]
            return self._slots[tree][leaf.names.index(leaf.norm)] if leaf.norm else None
        operator, left, right = tree
        a, b = self._norm_of(left), self._norm_of(right)
        if operator == "mul":
            return None if a == b else b if a is None else a
        return a if a == b else None

    # -- files -------------------------------------------------------------------------------

    @property
    def file_parameters(self) -> tuple[tuple[str, int], ...]:
        """Every parameter as files list it, linked ones as often as they are used."""
        out: list[tuple[str, int]] = []

        def walk(tree: Tree, path: str) -> None:
            if isinstance(tree, int):
                names = self.leaves[tree].names
                out.extend((path + name, i) for name, i in zip(names, self._slots[tree], strict=True))
                return
            walk(tree[1], f"{path}model1.")
            walk(tree[2], f"{path}model2.")

        walk(self._tree, "")
        return tuple(out)

    def to_dict(self) -> dict[str, Any]:
        """Return the section of a model file, with those of both models in it."""
        models = self.models

        def section(tree: Tree) -> dict[str, Any]:
            if isinstance(tree, int):
                return models[tree].to_dict()
            operator, left, right = tree
            return {
                "type": self.type_name,
                "model1": section(left),
                "model2": section(right),
                "operator": operator,
            }

        return section(self._tree)

    @classmethod
    def from_section(
        cls, section: Mapping[str, Any], read: Callable[[Any], SpectralModel], folder: str
    ) -> SpectralModel:
        """Return the compound of the two inner models; see `SpectralModel.from_section`."""
        for key in ("model1", "model2", "operator"):
            if key not in section:
                raise SettingsError(f"a CompoundSpectralModel needs {key!r}", found=", ".join(section))
        return cls(read(section["model1"]), read(section["model2"]), section["operator"])

    def _structure(self) -> Hashable:
        return self._tree, self._shared, tuple((type(leaf), leaf._structure()) for leaf in self.leaves)

    def __repr__(self) -> str:
        models = self.models

        def text(tree: Tree) -> str:
            if isinstance(tree, int):
                return repr(models[tree])
            inner = f"{text(tree[1])} {_SIGNS[tree[0]]} {text(tree[2])}"
            return inner if tree is self._tree else f"({inner})"

        return text(self._tree)


SpectralModel._combine = Compound


def _parts(model: SpectralModel) -> tuple[tuple[SpectralModel, ...], Tree, tuple[_Shared, ...]]:
    """Return leaves, tree and parameters of a model, as of a compound of one where it is none."""
    if isinstance(model, Compound):
        pairs = zip(model.parameters, model._shared, strict=True)
        return model.leaves, model._tree, tuple(_Shared(p, users) for p, users in pairs)
    return (model,), 0, tuple(_Shared(p, ((0, j),)) for j, p in enumerate(model.parameters))


def _shift(tree: Tree, by: int) -> Tree:
    return tree + by if isinstance(tree, int) else (tree[0], _shift(tree[1], by), _shift(tree[2], by))


def _merge(shared: Iterable[_Shared]) -> list[_Shared]:
    """Return the parameters with those of one link label made one, in the order of their first users."""
    out: list[_Shared] = []
    place: dict[str, int] = {}
    for entry in shared:
        label = entry.parameter.link
        if not label or label not in place:
            if label:
                place[label] = len(out)
            out.append(entry)
            continue
        leader = out[place[label]]
        if leader.parameter.unit != entry.parameter.unit:
            raise SettingsError(
                f"linked parameters {leader.parameter.name} and {entry.parameter.name} differ in unit",
                found=f"{leader.parameter.unit or 'none'} and {entry.parameter.unit or 'none'}",
            )
        out[place[label]] = replace(leader, users=tuple(sorted((*leader.users, *entry.users))))
    return sorted(out, key=lambda s: s.users[0])


def _names(wanted: list[tuple[str, int]]) -> list[str]:
    """Return one name for each, followed by the place of its model where another wants the same.

    Examples
    --------
    >>> _names([("index", 1), ("amplitude", 1), ("index", 2)])
    ['index_1', 'amplitude', 'index_2']
    """
    names = [name for name, _ in wanted]
    while len(set(names)) < len(names):
        count = Counter(names)
        names = [f"{n}_{k}" if count[n] > 1 else n for n, (_, k) in zip(names, wanted, strict=True)]
    return names
