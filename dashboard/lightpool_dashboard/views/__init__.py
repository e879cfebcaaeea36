"""The views: one figure or table a file, redrawn in place from an outcome."""

from lightpool_dashboard.views.counts import CountsView
from lightpool_dashboard.views.fit import FitView
from lightpool_dashboard.views.messages import MessagesView, StatusView
from lightpool_dashboard.views.problem import Problem
from lightpool_dashboard.views.progress import ProgressView
from lightpool_dashboard.views.runs import RunsView
from lightpool_dashboard.views.sed import SedView
from lightpool_dashboard.views.sky import SkyView
from lightpool_dashboard.views.summary import SummaryView

__all__ = [
    "CountsView",
    "FitView",
    "MessagesView",
    "Problem",
    "ProgressView",
    "RunsView",
    "SedView",
    "SkyView",
    "StatusView",
    "SummaryView",
]
