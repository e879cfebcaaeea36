"""The views: one figure or table a file, redrawn in place from an outcome."""

from lightpool_dashboard.views.comparison import ComparisonView
from lightpool_dashboard.views.counts import CountsView
from lightpool_dashboard.views.counts_handles import CountsHandles
from lightpool_dashboard.views.credit import CreditView
from lightpool_dashboard.views.distribution import DistributionView
from lightpool_dashboard.views.fit import FitView
from lightpool_dashboard.views.growth import GrowthView
from lightpool_dashboard.views.hysteresis import HysteresisView
from lightpool_dashboard.views.messages import MessagesView, StatusView
from lightpool_dashboard.views.problem import Problem
from lightpool_dashboard.views.progress import ProgressView
from lightpool_dashboard.views.radius_scan import RadiusScanView
from lightpool_dashboard.views.ring import RingView
from lightpool_dashboard.views.runs import RunsView
from lightpool_dashboard.views.sed import SedView
from lightpool_dashboard.views.sky import SkyView
from lightpool_dashboard.views.sky_handles import SkyHandles
from lightpool_dashboard.views.summary import SummaryView
from lightpool_dashboard.views.time import TimeView

__all__ = [
    "ComparisonView",
    "CountsHandles",
    "CountsView",
    "CreditView",
    "DistributionView",
    "FitView",
    "GrowthView",
    "HysteresisView",
    "MessagesView",
    "Problem",
    "ProgressView",
    "RadiusScanView",
    "RingView",
    "RunsView",
    "SedView",
    "SkyHandles",
    "SkyView",
    "StatusView",
    "SummaryView",
    "TimeView",
]
