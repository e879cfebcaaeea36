"""How Voilà is configured for a service."""

from __future__ import annotations

import pytest

from lightpool_dashboard.server_config import voila_config
from lightpool_dashboard.service import Service


def test_a_connection_outlives_its_first_ping():
    """Jupyter looks for an answer for the first time at the interval, when it has not asked yet."""
    settings = voila_config(Service()).Voila.tornado_settings
    assert settings["ws_ping_timeout"] > 2 * settings["ws_ping_interval"]


def test_a_message_of_a_page_is_small():
    assert voila_config(Service()).Voila.tornado_settings["websocket_max_message_size"] <= 1 << 20


@pytest.mark.parametrize(
    ("service", "any_name", "names"),
    [
        (Service(), False, ["localhost"]),
        (Service(hosts=("lab.example",)), False, ["localhost", "lab.example"]),
        (Service(public=True), True, ["localhost"]),
        (Service(public=True, hosts=("lab.example",)), False, ["localhost", "lab.example"]),
    ],
)
def test_under_which_names_the_page_is_served(service, any_name, names):
    settings = voila_config(service).Voila.tornado_settings
    assert settings["allow_remote_access"] is any_name
    assert settings["local_hostnames"] == names


def test_a_visitor_chooses_neither_template_nor_theme():
    config = voila_config(Service(public=True)).VoilaConfiguration
    assert (config.allow_template_override, config.allow_theme_override) == ("NO", "NO")
    assert not config.show_tracebacks


@pytest.mark.parametrize(
    ("minutes", "timeout_s", "interval_s"), [(20, 1200, 30), (1, 60, 15), (0.05, 3, 1), (0.001, 1, 1)]
)
def test_idle_kernels_are_looked_for_often_enough(minutes, timeout_s, interval_s):
    config = voila_config(Service(idle_minutes=minutes)).MappingKernelManager
    assert (config.cull_idle_timeout, config.cull_interval) == (timeout_s, interval_s)


def test_only_strangers_lose_an_idle_kernel_with_their_tab_open():
    assert voila_config(Service(public=True)).MappingKernelManager.cull_connected
    assert not voila_config(Service()).MappingKernelManager.cull_connected
