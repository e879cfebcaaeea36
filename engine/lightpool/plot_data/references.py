"""Published spectra to draw beside one's own."""

from __future__ import annotations

from dataclasses import dataclass

from lightpool.sky import separation
from lightpool.spectra import ExpCutoffPowerLaw, SpectralModel


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


PUBLISHED = (
    PublishedSpectrum(
        name="Crab, H.E.S.S. 2006",
        source="Aharonian et al. (2006), A&A 457, 899",
        position=(83.6333, 22.0144),
        model=ExpCutoffPowerLaw(amplitude=3.76e-11, index=2.39, lambda_=1 / 14.3),
    ),
)


def published_near(lon: float, lat: float, *, within: float = 0.1) -> PublishedSpectrum | None:
    """Return the published spectrum of a source within some degrees, or None."""
    for spectrum in PUBLISHED:
        if separation(*spectrum.position, lon, lat) < within:
            return spectrum
    return None
