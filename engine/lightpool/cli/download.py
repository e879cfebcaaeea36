"""``lightpool download``: the public data."""

from __future__ import annotations

from pathlib import Path

import click

from lightpool.release.pinned import RELEASES

_STOPPED = 130  # as shells say of a program that Ctrl-C ended


@click.command()
@click.argument("name", metavar="|".join(RELEASES), type=click.Choice(list(RELEASES)))
@click.option(
    "--output",
    "-o",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where the store goes. Default: the user's data directory, where the dashboard finds it.",
)
@click.option(
    "--object", "objects", metavar="NAME", multiple=True, help="Only the runs of this object (repeatable)."
)
@click.option("--obs-id", "obs_ids", metavar="N", type=int, multiple=True, help="Only this run (repeatable).")
@click.option(
    "--mirror",
    metavar="URL",
    envvar="LIGHTPOOL_MIRROR",
    help="An address or a folder that has the same files ($LIGHTPOOL_MIRROR).",
)
@click.pass_context
def download(
    ctx: click.Context,
    name: str,
    output: Path | None,
    objects: tuple[str, ...],
    obs_ids: tuple[int, ...],
    mirror: str | None,
) -> None:
    """Get the public H.E.S.S. data (62 MB), or the runs of some objects, checked file by file.

    What is there already is not fetched again. An interrupted download goes on where it stopped.
    """
    from lightpool.cli.progress import StageBar
    from lightpool.release import Release, deliver
    from lightpool.release.folder import counted

    release = Release.find(name)
    try:
        with StageBar(in_bytes=True) as bar:
            delivery = deliver(
                release,
                output,
                target=objects,
                obs_id=obs_ids,
                mirror=mirror or None,
                progress=lambda done, total: bar.update("download", done, total),
                tell=lambda text: click.echo(text, err=True),
            )
    except KeyboardInterrupt:
        click.echo("Stopped. What has arrived is kept: the same command goes on from there.", err=True)
        ctx.exit(_STOPPED)
    there = f", {len(delivery.kept)} there already" if delivery.kept else ""
    click.echo(f"{counted(len(delivery.fetched))} fetched{there}; every checksum is right.")
    click.echo(f"The store of {len(delivery.obs_ids)} runs is in {delivery.folder}")
    if "README.txt" in release.documents:
        click.echo("Its terms of use are in README.txt there: they hold for every copy.")
