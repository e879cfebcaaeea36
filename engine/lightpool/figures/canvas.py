"""An empty figure of a journal's column width, and the look of its axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lightpool.errors import SettingsError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Width of a column and of a page, inches.
WIDTHS = {"single": 3.5, "double": 7.0}
#: Points; the figure is printed at its own size.
LABEL_SIZE, TICK_SIZE, LEGEND_SIZE = 8.0, 7.0, 6.5


def empty_figure(column: str, height: float) -> Figure:
    """Return an empty figure that belongs to nobody: pyplot does not know it.

    Parameters
    ----------
    column : str
        ``single`` (3.5 in) or ``double`` (7 in).
    height : float, inches

    Raises
    ------
    SettingsError
        If matplotlib is not installed, or for another column.
    """
    if column not in WIDTHS:
        raise SettingsError(
            "column is not known",
            found=repr(column),
            expected=", ".join(f"{name} ({width:g} in)" for name, width in WIDTHS.items()),
        )
    try:
        import matplotlib  # noqa: F401  # said by name here, not as a failed import further down
    except ImportError:
        raise SettingsError(
            "figures need matplotlib, which is not installed", remedy="pip install 'lightpool[plot]'"
        ) from None
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    from lightpool.figures.paper import DPI, PaperFigure

    layout = ConstrainedLayoutEngine(w_pad=0.03, h_pad=0.03, wspace=0.02, hspace=0.0)
    return PaperFigure(figsize=(WIDTHS[column], height), dpi=DPI, facecolor="white", layout=layout)


def over_residuals(figure: Figure) -> tuple[Axes, Axes]:
    """Return a panel and a low one under it that shares its energy axis."""
    upper, lower = figure.subplots(
        2, 1, sharex=True, height_ratios=(3, 1), gridspec_kw={"hspace": 0.0, "wspace": 0.0}
    )
    upper.tick_params(labelbottom=False)
    return upper, lower


def dress(axes: Axes, *, x: str, y: str) -> None:
    """Give axes their labels, with the units, and ticks on all sides."""
    axes.set_xlabel(x, fontsize=LABEL_SIZE)
    axes.set_ylabel(y, fontsize=LABEL_SIZE)
    axes.tick_params(which="both", direction="in", top=True, right=True, labelsize=TICK_SIZE)
    axes.tick_params(which="major", length=4, width=0.7)
    axes.tick_params(which="minor", length=2, width=0.5)
    axes.set_axisbelow(False)


def legend(axes: Axes, handles: list[Any], labels: list[str], **options: Any) -> Any:
    """Return a legend without a frame, in the order given, where it covers least."""
    style = {"loc": "best", "fontsize": LEGEND_SIZE, "frameon": False, "handlelength": 2.2}
    return axes.legend(handles, labels, **{**style, "labelspacing": 0.35, **options})
