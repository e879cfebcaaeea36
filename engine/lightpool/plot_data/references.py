"""Published spectra to draw beside one's own."""

from __future__ import annotations

from dataclasses import dataclass

from lightpool.sky import separation
from lightpool.spectra import CRAB, SpectralModel


@dataclass(frozen=True, eq=False)
class PublishedSpectrum:
    """A spectrum from the literature.

    Parameters
    ----------
    name : str
        What the legend says.
    source : str
        The paper.
    position : (float, float), deg
    model : SpectralModel
    """

    name: str
    source: str
    position: tuple[float, float]
    model: SpectralModel


_HESS_2006, _PAPER = CRAB["hess_ecpl"]

PUBLISHED = (
    PublishedSpectrum(
        name="Crab, H.E.S.S. 2006",
        source=_PAPER,
        position=(83.6333, 22.0144),
        model=_HESS_2006,
    ),
)


def published_near(lon: float, lat: float, *, within: float = 0.1) -> PublishedSpectrum | None:
    """Return the published spectrum of a source within some degrees, or None."""
    for spectrum in PUBLISHED:
        if separation(*spectrum.position, lon, lat) < within:
            return spectrum
    return None
