"""What is said of an error, and to whom."""

from __future__ import annotations

import pytest

from lightpool.errors import DataError
from lightpool_dashboard.callbacks import sentence, without_folders


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/srv/dl3/run.fits: the file is missing", "run.fits: the file is missing"),
        ("the file '/srv/dl3/run.fits' is missing", "the file 'run.fits' is missing"),
        ("cannot read (/srv/dl3/run.fits)", "cannot read (run.fits)"),
        ("where=/srv/dl3/run.fits", "where=run.fits"),
        ("~/data/crab/run.fits and /tmp/x", "run.fits and x"),
        ("C:\\data\\crab\\run.fits is damaged", "run.fits is damaged"),
        ("no space left on /srv/data/", "no space left on data/"),
        # What has a slash in it and is no path of this machine.
        ("hess/data/run.fits: HDU EVENTS is missing", "hess/data/run.fits: HDU EVENTS is missing"),
        ("unit 1/(cm2 s TeV), 10 1/s, counts/s, m2/sr/s", "unit 1/(cm2 s TeV), 10 1/s, counts/s, m2/sr/s"),
        ("dnde (TeV)/cm, E^2/s", "dnde (TeV)/cm, E^2/s"),
        ("alpha = ON / OFF", "alpha = ON / OFF"),
    ],
)
def test_no_folder_of_an_absolute_path_is_named(text, shown):
    assert without_folders(text) == shown


def test_strangers_and_only_they_are_spared_the_folders(monkeypatch):
    error = DataError("the file is missing", where="/srv/dl3/run.fits")
    monkeypatch.delenv("LIGHTPOOL_PUBLIC", raising=False)
    assert sentence(error) == "/srv/dl3/run.fits: the file is missing"
    monkeypatch.setenv("LIGHTPOOL_PUBLIC", "1")
    assert sentence(error) == "run.fits: the file is missing"
