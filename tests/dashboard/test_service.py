"""What is served to whom: defaults, and what cannot be."""

from __future__ import annotations

import pytest

from lightpool.errors import SettingsError
from lightpool_dashboard.service import Service


def test_the_public_has_limits_that_the_analyst_has_not():
    mine, public = Service.of(public=False), Service.of(public=True)
    assert (mine.warm, mine.idle_minutes, mine.memory_mb) == (1, 10, None)
    assert (public.warm, public.idle_minutes, public.memory_mb) == (2, 20, 2000)
    assert mine.host == public.host == "127.0.0.1"


def test_what_is_given_wins_over_the_default():
    service = Service.of(public=True, warm=0, memory_mb=500, idle_minutes=None)
    assert (service.warm, service.memory_mb, service.idle_minutes) == (0, 500, 20)


@pytest.mark.parametrize(
    ("given", "prefix"),
    [("/", "/"), ("", "/"), ("lightpool", "/lightpool/"), ("/a/b-c/", "/a/b-c/"), ("//a//", "/a/")],
)
def test_a_prefix_begins_and_ends_with_a_slash(given, prefix):
    assert Service(base_url=given).base_url == prefix


@pytest.mark.parametrize("given", ["/a b/", "/a//b/", "/a?b/", "/<b>/", "/é/", "/(.*)/"])
def test_what_is_no_path_is_refused(given):
    with pytest.raises(SettingsError, match="cannot be the path of a page"):
        Service(base_url=given)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/x/"),
        ("0.0.0.0", "http://127.0.0.1:8000/x/"),
        ("::1", "http://[::1]:8000/x/"),
        ("192.0.2.7", "http://192.0.2.7:8000/x/"),
    ],
)
def test_the_address_for_a_browser(host, url):
    assert Service(host=host, port=8000, base_url="/x/", public=True).url == url


def test_only_the_public_service_listens_to_other_machines():
    with pytest.raises(SettingsError, match="Add --public"):
        Service(host="192.0.2.7")
