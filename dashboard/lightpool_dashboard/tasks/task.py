"""What the controller must know of a result: its place, its inputs, and the function that computes it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from lightpool_dashboard.inputs import Inputs
from lightpool_dashboard.library import OpenStore

#: Called with what is being done, how much of it is done and how much there is; may raise to stop it.
Tell = Callable[[str, int, int], None]


def always(inputs: Inputs) -> bool:
    """Return True: a result that is always on the page."""
    return True


@dataclass(frozen=True)
class Task:
    """A result of the page.

    Parameters
    ----------
    result : str
        The trait of the state that it is put on.
    label : str
        What the progress line says while it is computed.
    priority : int
        Of the tasks that wait, the lowest is computed first.
    inputs : tuple of str
        The inputs that it depends on.
    compute : callable
        Snapshot, opened store and `Tell` in, result out. Runs in a worker thread and touches
        neither traits nor widgets; it calls `Tell` often in long work.
    wanted : callable
        Whether a snapshot asks for it at all; where not, the result is None.
    waits_for_fit : bool
        Whether it stays as it is while the page does not follow every change.
    on_request : bool
        Whether it is computed only when somebody asks for it; the next change of an input drops it.
    """

    result: str
    label: str
    priority: int
    inputs: tuple[str, ...]
    compute: Callable[[Inputs, OpenStore, Tell], Any]
    wanted: Callable[[Inputs], bool] = always
    waits_for_fit: bool = True
    on_request: bool = False

    def key(self, inputs: Inputs) -> Hashable:
        """Return the part of a snapshot that decides the result."""
        return tuple(getattr(inputs, name) for name in self.inputs)

    def run(self, inputs: Inputs, store: OpenStore, tell: Tell) -> Any:
        """Compute the result, and keep it for `of`; what is made on request is not kept."""
        result = self.compute(inputs, store, tell)
        if not self.on_request:
            store.last[self.result] = self.key(inputs), result
        return result

    def of(self, inputs: Inputs, store: OpenStore, tell: Tell) -> Any:
        """Return the result for another task; what the page shows for these inputs already is not redone."""
        key, result = store.last.get(self.result, (None, None))
        return result if key == self.key(inputs) else self.run(inputs, store, tell)
