"""``lightpool download``: the public data."""

from __future__ import annotations

from pathlib import Path

import click

_HOME = "https://github.com/gammapy/gammapy-data"


@click.command()
@click.argument("name", metavar="hess-dl3-dr1", type=click.Choice(["hess-dl3-dr1"]))
@click.option("--output", "-o", metavar="DIR", type=click.Path(path_type=Path), help="Where the store goes.")
@click.option("--object", "objects", metavar="NAME", multiple=True, help="Only the runs of this target.")
def download(name: str, output: Path | None, objects: tuple[str, ...]) -> None:
    """Get the public H.E.S.S. data (not available yet)."""
    from lightpool.errors import SettingsError

    raise SettingsError(
        "downloading is not available in this version of Lightpool",
        where=f"lightpool download {name}",
        remedy=f"Fetch it from {_HOME} and set LIGHTPOOL_DATA to it, or run 'lightpool simulate demo'",
    )
