"""What axes and legends say."""

from __future__ import annotations

from collections.abc import Iterable

from lightpool.plot_data import PublishedSpectrum
from lightpool.sed import FluxPoints, ul_confidence
from lightpool.spectra import CRAB, SpectralModel, crab_reference

ENERGY = "Energy [TeV]"
SED = r"$E^2\,\mathrm{d}N/\mathrm{d}E$  [$10^{-12}$ erg cm$^{-2}$ s$^{-1}$]"

_LIMIT_METHODS = {
    "profile": "profile likelihood",
    "bounded": "bounded profile",
    "rolke": "Rolke",
    "feldman-cousins": "Feldman–Cousins",
}


def limit_label(points: FluxPoints) -> str:
    """Return the method and the two-sided confidence level of the limits.

    Examples
    --------
    >>> limit_label(FluxPoints(None, ul_sigma=2.0, ul_method="rolke"))
    '95.4 % upper limits (Rolke)'
    """
    return limits_text(points.ul_sigma, points.ul_method)


def limits_text(ul_sigma: float, ul_method: str) -> str:
    """Return the method and the two-sided confidence level of limits."""
    method = _LIMIT_METHODS.get(ul_method, ul_method)
    return f"{100 * ul_confidence(ul_sigma):.3g} % upper limits ({method})"


def reference_labels(
    given: str | PublishedSpectrum | Iterable[str | PublishedSpectrum],
) -> list[tuple[str, SpectralModel]]:
    """Return legend and spectrum of published spectra, a name being one of `spectra.CRAB`.

    Raises
    ------
    SettingsError
        For an unknown name.

    Examples
    --------
    >>> [label for label, _ in reference_labels(["meyer", "hess_pl", "hess_ecpl"])][1:]
    ['Crab, Aharonian et al. (2006), hess_pl', 'Crab, Aharonian et al. (2006), hess_ecpl']
    """
    items = [given] if isinstance(given, str | PublishedSpectrum) else list(given)
    papers = [_paper(item) for item in items]
    out = []
    for item, paper in zip(items, papers, strict=True):
        if isinstance(item, PublishedSpectrum):
            out.append((item.name, item.model))
        else:  # two spectra of one paper are told apart by their names
            out.append(
                (f"Crab, {paper}" + (f", {item}" if papers.count(paper) > 1 else ""), crab_reference(item))
            )
    return out


def _paper(item: str | PublishedSpectrum) -> str:
    """Return authors and year."""
    source = item.source if isinstance(item, PublishedSpectrum) else CRAB.get(item, (None, ""))[1]
    return source.partition(")")[0] + ")"
