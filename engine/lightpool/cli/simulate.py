"""``lightpool simulate``: a synthetic DL3 store."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("scene", metavar="[demo | CONFIG.yaml]", default="demo")
@click.option(
    "--output", "-o", metavar="DIR", required=True, type=click.Path(path_type=Path), help="The new store."
)
@click.option("--seed", metavar="N", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--overwrite", is_flag=True, help="Replace an earlier simulated store.")
def simulate(scene: str, output: Path, seed: int, overwrite: bool) -> None:
    """Write a simulated DL3 store: the demo, or the scene of a YAML file.

    The same scene and seed give the same events.
    """
    from lightpool import simulate as simulation
    from lightpool.cli.progress import StageBar

    with StageBar() as bar:

        def tell(done: int, total: int) -> None:
            bar.update("simulate", done, total)

        if scene == "demo":
            simulation.simulate_demo(output, seed=seed, overwrite=overwrite, progress=tell)
        else:
            loaded = simulation.load_scene(Path(scene))
            simulation.simulate(loaded, output, seed, overwrite=overwrite, progress=tell)
    click.echo(f"The store is in {output}")
