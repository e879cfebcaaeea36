"""An image on a figure whose picture can change."""

from __future__ import annotations

from typing import Any

import bqplot as bq
import ipywidgets as w
import numpy as np

from lightpool_dashboard import marks


class TurningPicture:
    """An image mark with two pictures that take turns.

    The browser draws another picture, not other bytes of the same one.

    Parameters
    ----------
    scales : dict

    Attributes
    ----------
    mark : bqplot.Image
    holder : Box
        Put it into the view, so that both pictures are closed with it; it is not seen.
    """

    def __init__(self, scales: dict[str, Any]) -> None:
        first, self._spare = _blank(), _blank()
        self.mark = bq.Image(image=first, scales=scales, x=[0, 1], y=[0, 1], pixelated=True)
        self.holder = w.Box([first, self._spare], layout=w.Layout(display="none"))

    def show(self, png: bytes, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Show a picture between two values of each axis; nothing is sent where it is the same."""
        place = (np.array(x, dtype=float), np.array(y, dtype=float))
        same_place = np.array_equal(self.mark.x, place[0]) and np.array_equal(self.mark.y, place[1])
        if bytes(self.mark.image.value) == png and same_place:
            return
        self._spare.value = png
        with self.mark.hold_sync():
            self.mark.image, self._spare = self._spare, self.mark.image
            self.mark.x, self.mark.y = place


def _blank() -> w.Image:
    return w.Image(value=marks.png(np.zeros((1, 1)), low=0, high=1), format="png")
