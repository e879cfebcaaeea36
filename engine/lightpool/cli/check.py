"""``lightpool check``: what a DL3 store holds and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("store", metavar="DIR", type=click.Path(path_type=Path))
@click.pass_context
def check(ctx: click.Context, store: Path) -> None:
    """Say what is in the DL3 store DIR and what is wrong with it.

    The exit status is 0 when every run has what an analysis needs, else 1.
    """
    from lightpool.dl3 import DataStore

    report = DataStore(store).check()
    click.echo(str(report))
    if not report.ok:
        ctx.exit(1)
