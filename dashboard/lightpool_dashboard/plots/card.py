"""A figure that stands alone in a notebook, in the notebook's own light or dark."""

from __future__ import annotations

from typing import Any

import bqplot as bq
import ipywidgets as w

from lightpool_dashboard import theme
from lightpool_dashboard.views import html


class Plot:
    """A figure with its title and legend; the last line of a cell shows it.

    Parameters
    ----------
    box : Box
        Title, figures and legend.
    figure : Figure
        The figure, or the uppermost one: its marks, axes and scales can be changed.

    Examples
    --------
    ``plot = plots.plot_sed(points, result)``, then ``plot.figure.save_png()``.
    """

    def __init__(self, box: w.Box, figure: bq.Figure) -> None:
        style = w.HTML(f"<style>{theme.plot_style_sheet()}</style>")
        style.add_class("lp-style")
        self.figure = figure
        self.widget = w.VBox([style, box])
        self.widget.add_class("lp-plot")

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return self.widget._repr_mimebundle_(**kwargs)


def card(figure: bq.Figure, *, title: str, note: str = "", legend: list[str], hidden: Any = None) -> Plot:
    """Return a plot of one figure.

    Parameters
    ----------
    title, note : str
    legend : list of str
        From `html.legend_item`.
    hidden : Widget, optional
        What the figure needs without showing it.
    """
    parts = [w.HTML(html.heading(title, note)), figure, w.HTML(html.legend(legend))]
    box = w.VBox(parts if hidden is None else [*parts, hidden])
    box.add_class("lp-view")
    return Plot(box, figure)
