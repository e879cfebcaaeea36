"""A matplotlib figure that a notebook shows without pyplot.

This module alone imports matplotlib when it loads; `canvas` loads it when a figure is drawn.
"""

from __future__ import annotations

from io import BytesIO

from matplotlib.figure import Figure

#: Pixels per inch of what lands in a file unless one asks otherwise, and of what a notebook shows.
DPI, NOTEBOOK_DPI = 300, 150


class PaperFigure(Figure):
    """A figure of a fixed size; ``figure.savefig("sed.pdf")`` writes it."""

    def _repr_png_(self) -> bytes:
        buffer = BytesIO()
        self.savefig(buffer, format="png", dpi=NOTEBOOK_DPI)
        return buffer.getvalue()
