"""What the files say about the page they come from, and the results that go into them."""

from __future__ import annotations

from dataclasses import dataclass

from lightpool.analysis import MapOutcome, Outcome
from lightpool.config import AnalysisConfig


@dataclass(frozen=True)
class Page:
    """A page as text.

    Parameters
    ----------
    configs : dict of str to AnalysisConfig
        See `carry.config.configs`; ``map`` also where nobody chose anything about it.
    script, link : str
    attribution : str
        How the data want to be acknowledged; may be empty.
    """

    configs: dict[str, AnalysisConfig]
    script: str
    link: str
    attribution: str

    @property
    def config(self) -> AnalysisConfig:
        """The configuration of the spectrum."""
        return self.configs["page"]


@dataclass(frozen=True, eq=False)
class Results:
    """Every result of a page that was asked for.

    Parameters
    ----------
    outcome : Outcome
        With the series, the other models and the other radii in it, where there are any.
    span : Outcome or None
        Of the brushed time span.
    sky_map : MapOutcome or None
    """

    outcome: Outcome
    span: Outcome | None = None
    sky_map: MapOutcome | None = None
