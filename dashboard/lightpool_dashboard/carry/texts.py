"""The page as text: link, script and configuration, with the store as this visitor may know it."""

from __future__ import annotations

from lightpool.errors import DataError
from lightpool_dashboard.carry.permalink import permalink
from lightpool_dashboard.inputs import Inputs
from lightpool_dashboard.library import Library, OpenStore


class Texts:
    """Link, script and configuration of a page.

    Parameters
    ----------
    library : Library
    public : bool
        Whether a visitor must not learn where on this machine the stores are: then a script names
        the store by its name, and who runs it puts the path in.
    """

    def __init__(self, library: Library, *, public: bool = False) -> None:
        self._library, self.public = library, public

    def place(self, name: str) -> str:
        """Return where a script finds a store."""
        return name if self.public else str(self._library.open(name).analysis.store.path)

    @staticmethod
    def link(inputs: Inputs) -> str:
        """Return the link, from the question mark on; see `permalink`."""
        return permalink(inputs)

    def script(self, inputs: Inputs) -> str:
        """Return the script; see `python_script`."""
        from lightpool_dashboard.carry.script import python_script

        return python_script(inputs, self._store(inputs), self.place(inputs.store))

    def config(self, inputs: Inputs) -> str:
        """Return the configuration as YAML; see `page_config`."""
        from lightpool_dashboard.carry.config import page_config  # its schema takes a moment to build

        return page_config(inputs, self._store(inputs), self.place(inputs.store)).to_yaml()

    def is_ready(self, inputs: Inputs) -> bool:
        """Whether the store is open and has the target, so that a text costs no reading."""
        store = self._library.opened(inputs.store)
        return store is not None and inputs.target in store.targets

    def _store(self, inputs: Inputs) -> OpenStore:
        store = self._library.open(inputs.store)
        if inputs.target not in store.targets:
            known = ", ".join(store.targets)
            raise DataError("there is no target of this name", found=repr(inputs.target), expected=known)
        return store
