"""From the sections of a configuration file to the other models and the other radii that are tried."""

from __future__ import annotations

from lightpool.analysis.compare_settings import CompareSettings
from lightpool.config import AnalysisConfig
from lightpool.config.model_file import models_from
from lightpool.errors import SettingsError
from lightpool.radius_scan import checked_radii


def compare_settings(config: AnalysisConfig) -> CompareSettings | None:
    """Return what ``compare`` asks for, None if nothing.

    Raises
    ------
    SettingsError
        Naming the key that is missing or wrong.
    """
    wanted = config.compare
    if not wanted.is_set:
        return None
    if wanted.models is None:
        raise SettingsError(
            "there is no model to compare", where="compare.models", expected="a list of components"
        )
    sources = models_from(wanted.models, where="compare.models", folder=config.directory or "")
    models = tuple((source.name, source.spectral) for source in sources)
    try:
        return CompareSettings(models, wanted.n_toys, wanted.toys_for or None, wanted.seed)
    except SettingsError as error:
        where = "compare.toys_for" if wanted.toys_for else "compare.models"
        raise SettingsError(error.what, where=where, found=error.found, expected=error.expected) from None


def scanned_radii(config: AnalysisConfig) -> tuple[float, ...]:
    """Return the radii of ``radius_scan``, none if there is no such section.

    Raises
    ------
    SettingsError
        For radii that are not positive or do not increase, and for data that are reduced already.
    """
    where = "radius_scan.radii"
    if not config.radius_scan.radii:
        return ()
    if config.general.datasets_file is not None:
        raise SettingsError("the data are reduced already: no other radius can be tried", where=where)
    try:
        return tuple(checked_radii(config.radius_scan.radii).tolist())
    except SettingsError as error:
        raise SettingsError(error.what, where=where, found=error.found, expected=error.expected) from None
