"""``lightpool run``: a configuration file in, a directory of results out."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("config", metavar="CONFIG.yaml", type=click.Path(path_type=Path))
@click.option(
    "--output",
    "-o",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where the results go: a directory that appears whole or not at all. Default: general.outdir.",
)
@click.option("--overwrite", is_flag=True, help="Replace an earlier output directory.")
@click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(min=1),
    help="Processes on this machine. Default: general.n_jobs.",
)
@click.option("--scheduler", metavar="tcp://HOST:PORT", help="A running dask scheduler.")
def run(
    config: Path, output: Path | None, overwrite: bool, workers: int | None, scheduler: str | None
) -> None:
    """Reduce, fit and write the results of CONFIG.yaml."""
    from lightpool.cli.log import start_log
    from lightpool.cli.progress import StageBar
    from lightpool.config import AnalysisConfig
    from lightpool.export import check_output

    if workers is not None and scheduler is not None:
        raise click.UsageError("--workers and --scheduler exclude each other.")
    settings = AnalysisConfig.read(config)
    if output is None:
        if settings.general.outdir == ".":
            raise click.UsageError("Missing option '--output' (and no general.outdir in the file).")
        output = Path(settings.general.outdir)
    check_output(output, overwrite=overwrite)

    from lightpool.analysis import from_config

    with start_log(settings.general.log) as log, StageBar() as bar:
        plan = from_config(settings)
        if ids := plan.settings.obs_ids:
            log.info("%d runs: %s", len(ids), ", ".join(map(str, ids)))
        outcome = plan.run(progress=bar.update, processes=workers, scheduler=scheduler)
        for stage, seconds in outcome.timing_s.items():
            log.info("%s: %.3f s", stage, seconds)
        for sentence in outcome.warnings:
            log.warning(sentence)
        outcome.write(output, config=plan.config, overwrite=overwrite)
        log.info("results are in %s", output)
    for sentence in outcome.warnings:
        click.echo(f"Warning: {sentence}", err=True)
    click.echo(outcome.report())
    click.echo(f"Results are in {output}")
