"""The page as text: link, script and configuration."""

from __future__ import annotations

from lightpool.errors import DataError
from lightpool_dashboard.carry.parts import Band
from lightpool_dashboard.carry.permalink import permalink
from lightpool_dashboard.carry.script import python_script
from lightpool_dashboard.inputs import Inputs
from lightpool_dashboard.library import Library, OpenStore


class Texts:
    """Link, script and configuration of a page.

    Parameters
    ----------
    library : Library
    """

    def __init__(self, library: Library) -> None:
        self._library = library

    @staticmethod
    def link(inputs: Inputs) -> str:
        """Return the link, from the question mark on; see `permalink`."""
        return permalink(inputs)

    def script(self, inputs: Inputs, band: Band = None) -> str:
        """Return the script; see `python_script`."""
        return python_script(inputs, self._store(inputs), band)

    def config(self, inputs: Inputs, band: Band = None) -> str:
        """Return the configuration as YAML; see `page_config`."""
        from lightpool_dashboard.carry.config import page_config  # its schema takes a moment to build

        return page_config(inputs, self._store(inputs), band).to_yaml()

    def configs(self, inputs: Inputs, band: Band = None) -> dict[str, str]:
        """Return each configuration of the page as YAML, ``page`` first; see `carry.config.configs`."""
        from lightpool_dashboard.carry.config import configs

        found = configs(inputs, self._store(inputs), band)
        return {name: config.to_yaml() for name, config in found.items()}

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
