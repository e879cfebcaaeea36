"""What decides a comparison of models, apart from the data and the fit range."""

from __future__ import annotations

from dataclasses import dataclass

from lightpool.comparison import check_toys
from lightpool.errors import SettingsError
from lightpool.spectra import SpectralModel


@dataclass(frozen=True)
class CompareSettings:
    """See `compare`.

    Parameters
    ----------
    models : tuple of (str, SpectralModel)
        By the names that the table shows.
    n_toys : int
    toys_for : tuple of str or None
    seed : int

    Raises
    ------
    SettingsError
        Without models, for a name that is given twice, or toys as `compare` refuses them.
    """

    models: tuple[tuple[str, SpectralModel], ...]
    n_toys: int = 0
    toys_for: tuple[str, ...] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        names = [name for name, _ in self.models]
        if not names:
            raise SettingsError("there is no model to compare", expected="at least one")
        if doubled := sorted({name for name in names if names.count(name) > 1}):
            raise SettingsError(
                "models to compare need names of their own", found=f"{', '.join(doubled)} more than once"
            )
        check_toys(self.n_toys, self.toys_for, names)
