"""The results of the page, one a file: what each depends on, and how it is had."""

from lightpool_dashboard.tasks.asymmetric import ASYMMETRIC
from lightpool_dashboard.tasks.comparison import COMPARISON
from lightpool_dashboard.tasks.download import DOWNLOAD
from lightpool_dashboard.tasks.entry import ENTRY
from lightpool_dashboard.tasks.goodness import GOODNESS
from lightpool_dashboard.tasks.preview import PREVIEW
from lightpool_dashboard.tasks.radius_scan import SCAN
from lightpool_dashboard.tasks.series import SERIES
from lightpool_dashboard.tasks.sky_map import SKY_MAP
from lightpool_dashboard.tasks.span import SPAN
from lightpool_dashboard.tasks.spectrum import SPECTRUM
from lightpool_dashboard.tasks.task import Task, Tell

#: All of them; the controller runs the most urgent that waits.
TASKS = (
    *(ENTRY, PREVIEW, SPECTRUM, ASYMMETRIC, SPAN, SERIES),
    *(SKY_MAP, COMPARISON, SCAN, GOODNESS, DOWNLOAD),
)

__all__ = ["DOWNLOAD", "SPECTRUM", "TASKS", "Task", "Tell"]
