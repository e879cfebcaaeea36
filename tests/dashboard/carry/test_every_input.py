"""Every input is carried on by every way; a new one fails here until it is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from lightpool_dashboard.carry.config import configs
from lightpool_dashboard.carry.permalink import permalink, read_link
from lightpool_dashboard.carry.script import python_script
from lightpool_dashboard.inputs import INPUT_NAMES, ParameterChoice
from lightpool_dashboard.opening import inputs_from_config

BAND = (0.7, 30.0)


@dataclass(frozen=True)
class Other:
    """Another value than that of an untouched page, and what else must be so for it to matter."""

    value: Any
    along: dict[str, Any] = field(default_factory=dict)


OTHER = {
    "store": Other("another"),
    "target": Other("Empty field (simulated)"),
    "position": Other((83.7, 22.1)),
    "left_out": Other((1002,)),
    "radius": Other(0.17),
    "exclusion": Other(((83.6, 22.5, 0.2, "a"),)),
    "background": Other("wobble"),
    "n_off": Other(2),
    "safe_mask": Other(("aeff-default",)),
    "aeff_percent": Other(25.0),
    "bias_percent": Other(5.0, {"safe_mask": ("edisp-bias",)}),
    "offset_max": Other(2.0, {"safe_mask": ("offset-max",)}),
    "threshold": Other(0.9),
    "energy_min": Other(0.3),
    "energy_max": Other(33.0),
    "bins_per_decade": Other(7),
    "fit_min": Other(0.8),
    "fit_max": Other(20.0),
    "model": Other("log-parabola"),
    "parameters": Other((ParameterChoice("index", 2.1, True, 1.0, 3.0),)),
    "trial": Other((("index", 2.0),)),
    "stacked": Other(True),
    "alpha_systematic": Other(2.0),
    "points_min": Other(1.5),
    "points_max": Other(15.0),
    "points_n": Other(6),
    "ul_method": Other("rolke"),
    "ul_sigma": Other(3.0),
    "time_bin": Other("night"),
    "time_minutes": Other(20.0, {"time_bin": "duration"}),
    "time_sigma": Other(8.0, {"time_bin": "significance"}),
    "time_counts": Other(120, {"time_bin": "counts"}),
    "span": Other(("2004-12-04T22:10:00", "2004-12-04T22:30:00")),
    "ring_inner": Other(0.7),
    "ring_width": Other(0.2),
    "correlation_radius": Other(0.15),
    "map_width": Other(2.0),
    "map_energy_min": Other(1.0),
    "map_energy_max": Other(10.0),
    "map_search": Other(False),
    "minos": Other(True),
    "compare": Other(True),
    "scan": Other(True),
}
#: What is carried by the link alone, and why.
LINK_ALONE = {"trial": "sliders before any fit move the prediction, which is no result"}
CARRIED = [name for name in INPUT_NAMES if name not in LINK_ALONE]


@pytest.fixture(scope="module")
def page(make_once):
    """Return a function that gives store and inputs of a page, changed as said."""

    def changed(**changes):
        dashboard = make_once
        store = dashboard.controller.library.open(dashboard.state.store)
        return store, replace(dashboard.state.inputs(), **changes)

    return changed


@pytest.fixture(scope="module")
def make_once(demo_store):
    from lightpool_dashboard import Dashboard
    from lightpool_dashboard.schedule import ManualSchedule

    dashboard = Dashboard(demo_store, schedule=ManualSchedule())
    dashboard.schedule.flush()
    yield dashboard
    dashboard.close()


def before_and_after(page, name):
    other = OTHER[name]
    store, before = page(**other.along)
    after = replace(before, **{name: other.value})
    assert before != after
    if name == "store":  # texts say where the store is
        return (store, before), (replace(store, place="/data/another"), after)
    return (store, before), (store, after)


def test_every_input_is_here():
    assert set(OTHER) == set(INPUT_NAMES)


@pytest.mark.parametrize("name", INPUT_NAMES)
def test_the_link_carries_it(page, name):
    (_, before), (_, after) = before_and_after(page, name)
    assert permalink(before) != permalink(after)
    assert read_link(permalink(after)).inputs[name] == OTHER[name].value


@pytest.mark.parametrize("name", CARRIED)
def test_the_script_carries_it(page, name):
    (store, before), (other, after) = before_and_after(page, name)
    assert python_script(before, store, BAND) != python_script(after, other, BAND)


@pytest.mark.parametrize("name", CARRIED)
def test_a_configuration_carries_it_there_and_back(page, name, demo_path, tmp_path):
    (store, before), (other, after) = before_and_after(page, name)
    texts = {key: config.to_yaml() for key, config in configs(after, other, BAND).items()}
    assert texts != {key: config.to_yaml() for key, config in configs(before, store, BAND).items()}
    if name == "store":
        return
    opened = []
    for key, text in texts.items():
        path = tmp_path / f"{key}.yaml"
        path.write_text(text)
        opened.append(inputs_from_config(path, {store.analysis.store.name: demo_path}).get(name))
    assert OTHER[name].value in opened


@pytest.mark.parametrize("name", LINK_ALONE)
def test_what_only_the_link_carries_changes_no_result(page, name):
    (store, before), (_, after) = before_and_after(page, name)
    assert python_script(before, store, BAND) == python_script(after, store, BAND)
    assert configs(before, store, BAND) == configs(after, store, BAND)
