"""The figure under a spectrum: how far each point lies from the model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lightpool_dashboard import marks, theme

#: Points of one spectrum: energies (TeV), and residuals in standard deviations; NaN is left out.
Residuals = tuple[np.ndarray, np.ndarray]


class ResidualFigure:
    """Residuals of one or more spectra against the energy of the figure above.

    Parameters
    ----------
    energy : LogScale
        That of the figure above.
    styles : sequence of (str, str)
        Colour and marker of each spectrum.
    margin : dict
        Left and right margin of the figure above.

    Attributes
    ----------
    points, errors : list of mark
        One a spectrum.
    axis : Axis
        The energy axis: it carries the numbers for both figures.
    """

    def __init__(self, energy: Any, styles: Sequence[tuple[str, str]], margin: dict[str, int]) -> None:
        self._sigma = marks.linear_scale(-3.3, 3.3)
        scales = {"x": energy, "y": self._sigma}
        self.zero = marks.lines(scales, theme.MODEL, stroke_width=1)
        self.errors = [marks.lines(scales, colour, stroke_width=1.2) for colour, _ in styles]
        self.points = [marks.points(scales, colour, marker, default_size=20) for colour, marker in styles]
        self.axis = marks.axis(energy, "Energy [TeV]")
        self._sigma_axis = marks.axis(self._sigma, "Residual [σ]", side="left", tick_format="d")
        self.figure = marks.figure(
            [self.zero, *self.errors, *self.points],
            [self.axis, self._sigma_axis],
            margin={"top": 6, "bottom": 44, **margin},
        )
        self.figure.add_class("lp-lower")

    def put(self, energies: tuple[float, float], spectra: Sequence[Residuals]) -> None:
        """Draw the residuals of the first spectra, each with a bar of one standard deviation.

        Parameters
        ----------
        energies : (float, float), TeV
            Where the line at zero begins and ends.
        spectra : sequence of (energy, residual)
        """
        marks.put(self.zero, energies, [0.0, 0.0])
        most = 0.0
        nothing = np.array([]), np.array([])
        for k, (points, errors) in enumerate(zip(self.points, self.errors, strict=True)):
            x, y = spectra[k] if k < len(spectra) else nothing
            shown = np.isfinite(y)
            x, y = x[shown], y[shown]
            marks.put(points, x, y)
            marks.put(errors, *marks.error_bars(x, y - 1, y + 1))
            most = max(most, float(np.abs(y).max(initial=0)))
        reach = max(3 * float(np.ceil((most + 1.2) / 3)), 3.0)
        marks.set_range(self._sigma_axis, -1.1 * reach, 1.1 * reach, np.array([-reach, 0.0, reach]))
