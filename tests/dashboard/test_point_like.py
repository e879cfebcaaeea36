"""Point-like responses on the page: a point with wobble regions, whatever the radius says."""

import numpy as np
import pytest

from lightpool.dl3 import DataStore
from lightpool_dashboard import Dashboard
from lightpool_dashboard.schedule import ManualSchedule


@pytest.mark.data
def test_the_magic_crab(data_root):
    schedule = ManualSchedule()
    page = Dashboard(DataStore(data_root / "magic" / "rad_max" / "data"), schedule=schedule)
    schedule.flush()
    state = page.state
    assert state.error == ""
    cube = state.outcome.cube
    assert float(cube["region_lon"][0]) == pytest.approx(83.63333)
    assert float(cube["region_radius"][0]) == 0
    assert (cube["acceptance_off"].values == 3).all()
    total = cube.onoff.cumulative()[-1]
    assert total["sqrt_ts"] > 25
    assert state.outcome.fit.success
    assert np.isfinite(state.outcome.points["norm_ul"][state.outcome.points["success"]]).all()
    page.close()
