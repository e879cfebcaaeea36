"""The likelihood profile of every flux point, as a shade behind it: dark where the data want the flux."""

from __future__ import annotations

from typing import Any

import bqplot as bq
import ipywidgets as w
import numpy as np

from lightpool.plot_data import delta_ts, has_profile
from lightpool.sed import ERG_PER_TEV, FluxPoints
from lightpool_dashboard import marks, theme

#: Pixels along energy and along flux.
_SHAPE = (200, 160)
#: The shade ends at this rise of the statistic: 4 sigma.
_MOST = 16.0
_DARKEST = 0.6


class ProfilePicture:
    """A picture in the SED; hidden until drawn.

    Parameters
    ----------
    scales : dict
    """

    def __init__(self, scales: dict[str, Any]) -> None:
        # The browser draws another picture, but not other bytes of the same one: two take turns.
        self._spare, first = _blank(), _blank()
        self.pictures = w.Box([first, self._spare], layout=w.Layout(display="none"))  # closed with the view
        self.mark = bq.Image(image=first, scales=scales, x=[1, 2], y=[1, 2], visible=False)
        self._drawn: tuple[Any, ...] = ()

    def draw(self, points: FluxPoints, energy: tuple[float, float], flux: tuple[float, float]) -> None:
        """Draw the profiles of points inside ranges of energy (TeV) and E² dN/dE (1e-12 erg cm-2 s-1)."""
        if self._drawn != (id(points), energy, flux):
            self._spare.value = marks.shade_png(shade(points, energy, flux), theme.POINTS)
            with self.mark.hold_sync():
                self.mark.image, self._spare = self._spare, self.mark.image
                self.mark.x, self.mark.y = np.array(energy), np.array(flux)
            self._drawn = (id(points), energy, flux)
        self.mark.visible = True

    def hide(self) -> None:
        """Take the picture away."""
        self.mark.visible = False


def shade(points: FluxPoints, energy: tuple[float, float], flux: tuple[float, float]) -> np.ndarray:
    """Return how dark each pixel is, shape (flux, energy): even in standard deviations, 0 from 4 on."""
    nx, ny = _SHAPE
    centres = np.geomspace(*energy, 2 * nx + 1)[1::2]
    fluxes = np.geomspace(*flux, 2 * ny + 1)[1::2]
    out = np.zeros((ny, nx))
    scale = points["ref_e2dnde"] * ERG_PER_TEV * 1e12
    for k in np.flatnonzero(points["success"]):
        if not has_profile(points, int(k)):
            continue
        columns = (centres >= points["e_min"][k]) & (centres < points["e_max"][k])
        rise = np.nan_to_num(delta_ts(points, int(k), fluxes / scale[k]), nan=_MOST)
        out[:, columns] = _DARKEST * (1 - np.sqrt(np.clip(rise / _MOST, 0, 1)))[:, None]
    return out


def _blank() -> w.Image:
    return w.Image(value=marks.shade_png(np.zeros((1, 1)), theme.POINTS), format="png")
