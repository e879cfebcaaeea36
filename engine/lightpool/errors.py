"""The errors a user can cause, each one a sentence that says what to do."""

from __future__ import annotations


class LightpoolError(Exception):
    """A failure that the user can understand and mend.

    Parameters
    ----------
    what : str
        What is wrong, in one sentence without a final stop.
    where : str, optional
        The file, HDU, column, key, run or bin.
    found, expected : str, optional
        What stood there, and what should have.
    remedy : str, optional
        What to do about it.

    Examples
    --------
    >>> print(DataError("column ENERGY is missing", where="run.fits[EVENTS]", found="TIME, RA, DEC"))
    run.fits[EVENTS]: column ENERGY is missing; found TIME, RA, DEC
    """

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        found: str | None = None,
        expected: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.what, self.where = what, where
        self.found, self.expected, self.remedy = found, expected, remedy
        text = f"{where}: {what}" if where else what
        if found is not None:
            text += f"; found {found}"
        if expected is not None:
            text += f"; expected {expected}"
        if remedy is not None:
            text += f". {remedy}"
        super().__init__(text)


class DataError(LightpoolError):
    """A file, a table or a run that is damaged or lacks what the analysis needs."""


class SettingsError(LightpoolError, ValueError):
    """A setting that cannot be used: wrong unit, order, range, type or name."""


class AnalysisError(LightpoolError):
    """Sound data and settings that together give nothing to analyse."""


class DownloadError(LightpoolError):
    """Data that could not be fetched, or are not what they should be."""
