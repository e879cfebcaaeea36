"""The results to take away: a zip with every file, and the report."""

from __future__ import annotations

import csv
import hashlib
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from lightpool.analysis import MapOutcome, Outcome
from lightpool.analysis.map_results import map_summary
from lightpool.analysis.results import write_results
from lightpool.errors import AnalysisError, SettingsError
from lightpool.export.map_file import write_map_images
from lightpool.export.provenance import provenance
from lightpool.export.summary import write_summary
from lightpool.plot_data import counts_spectrum, run_table
from lightpool_dashboard.carry.page import Page, Results
from lightpool_dashboard.carry.report import report

#: Bytes of a zip; more would not fit through a message to the browser.
MOST = 8_000_000
#: What is left out of one that is too large, in this order.
_DISPENSABLE = ("span/ogip/", "ogip/", "sky_map/", "span/cube.nc", "cube.nc", "figures/")
_FORMATS = ("svg", "pdf", "png")
#: Called with what is being done, how much of it is done and how much there is; may raise to stop it.
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class Bundle:
    """Results ready to be taken away.

    Parameters
    ----------
    name : str
        Of the zip, without its ending.
    zipped : bytes
    report : bytes
        HTML.
    notes : tuple of str
        What is not in it, and why.
    """

    name: str
    zipped: bytes
    report: bytes
    notes: tuple[str, ...] = ()


def bundle(
    results: Results, page: Page, tell: Tell, *, notes: tuple[str, ...] = (), most: int = MOST
) -> Bundle:
    """Return all results of a page.

    Parameters
    ----------
    results : Results
    page : Page
    tell : callable
    notes : tuple of str
        What was not to be had.
    most : int
        Bytes that the zip may have; what is dispensable is left out of a larger one, and that is said.

    Raises
    ------
    AnalysisError
        If the zip is too large whatever is left out.
    """
    outcome, steps = results.outcome, 5
    tell("file hashes", 0, steps)
    origin = provenance(outcome.observations, page.config.to_dict())
    origin["sha256"] = dict(_hashes(outcome))
    tell("report", 1, steps)
    text = report(results, page, origin).encode()
    with tempfile.TemporaryDirectory(prefix="lightpool-") as scratch:
        folder = Path(scratch)
        tell("tables", 2, steps)
        write_results(outcome, folder, config=page.config)
        (folder / "script.py").write_text(page.script, encoding="utf-8")
        (folder / "report.html").write_bytes(text)
        (folder / "provenance.json").write_text(json.dumps(origin, indent=2) + "\n", encoding="utf-8")
        (folder / "README.txt").write_text(_readme(outcome, page), encoding="utf-8")
        _write_tables(outcome, folder)
        if results.span is not None:
            (folder / "span").mkdir()
            write_results(results.span, folder / "span", config=page.configs.get("span"))
            _write_tables(results.span, folder / "span")
        if results.sky_map is not None:
            _write_map(results.sky_map, page, folder / "sky_map")
        missing = list(_draw(outcome, results.sky_map, folder, lambda k, n: tell("figures", 3, steps)))
        tell("zip", 4, steps)
        zipped, left_out = _zipped(folder, most)
    return Bundle(_file_name(outcome), zipped, text, (*notes, *missing, *left_out))


def _hashes(outcome: Outcome) -> Iterator[tuple[str, str]]:
    for path in dict.fromkeys(path for run in outcome.observations for path in run.files):
        with path.open("rb") as file:
            yield path.name, hashlib.file_digest(file, "sha256").hexdigest()


def _readme(outcome: Outcome, page: Page) -> str:
    lines = [
        f"{outcome.settings.source}, analysed with Lightpool.",
        "",
        "report.html        everything at a glance",
        "summary.json       counts, fit and warnings as numbers",
        "runs.csv           each run in its safe energy range",
        "counts.csv         counts, background and prediction bin by bin",
        "flux_points.*      flux points (GADF), with profiles in the FITS file",
        "light_curve.*      flux of the time intervals",
        "time_resolved.ecsv spectra of the time intervals",
        "variability.ecsv   how they vary",
        "comparison.ecsv    other models on the same bins",
        "radius_scan.ecsv   other radii of the ON region",
        "span/              the same for the brushed time span",
        "models.yaml        the best fit with its covariance",
        "parameters.ecsv    its parameters, with asymmetric errors where they were asked for",
        "cube.nc            the reduced data (xarray, lp.open_cube)",
        "sky_map/           counts, background, excess and significance (FITS with WCS), configuration",
        "ogip/              spectra and responses for other programs",
        "figures/           figures for a paper",
        "config.yaml        lightpool run config.yaml --output again",
        "script.py          the same numbers in Python",
        "provenance.json    versions, runs, file hashes, settings",
    ]
    if page.attribution:
        lines += ["", page.attribution]
    return "\n".join(lines) + "\n"


def _write_tables(outcome: Outcome, folder: Path) -> None:
    runs = run_table(outcome.cube).rows
    if runs:
        names = [field.name for field in fields(runs[0])]
        _write_csv(folder / "runs.csv", names, ([getattr(run, name) for name in names] for run in runs))
    spectrum = counts_spectrum(outcome.fitted, outcome.fit)
    columns = {"e_min_TeV": spectrum.edges[:-1], "e_max_TeV": spectrum.edges[1:]}
    for name in ("all_counts", "counts", "background", "npred", "residual", "safe"):
        values = getattr(spectrum, name)
        if values is not None:
            columns[name] = values
    _write_csv(folder / "counts.csv", list(columns), np.stack([*columns.values()], axis=1).tolist())


def _write_map(sky_map: MapOutcome, page: Page, folder: Path) -> None:
    """Write the images and what they say; the labelled datasets would fill the zip."""
    write_map_images(sky_map.maps, sky_map.excess, folder)
    write_summary(map_summary(sky_map), folder / "summary.json")
    if "map" in page.configs:
        page.configs["map"].write(folder / "config.yaml")


def _write_csv(path: Path, head: list[str], rows: Iterable[Iterable[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)


def _draw(
    outcome: Outcome, sky_map: MapOutcome | None, folder: Path, tell: Callable[[int, int], None]
) -> Iterator[str]:
    """Draw the figures for a paper; yield a sentence for what cannot be drawn."""
    from lightpool import figures

    best = None if outcome.fit is None else outcome.fit
    drawings: dict[str, Callable[[], Any]] = {
        "counts": lambda: figures.counts_figure(outcome.fitted, best),
        "significance": lambda: figures.significance_figure(outcome.cube),
        "sky": lambda: figures.sky_figure(
            outcome.observations, outcome.cube, exclusion=outcome.settings.reduction.exclusion
        ),
    }
    if (points := outcome.points) is not None:
        drawings["sed"] = lambda: figures.sed_figure(points, result=best)
    if (seen := sky_map) is not None:
        drawings["sky_map"] = lambda: figures.map_figure(seen.maps, seen.excess, contours=(5, 10, 20, 40))
    (folder / "figures").mkdir()
    for number, (name, draw) in enumerate(drawings.items()):
        tell(number, len(drawings))
        try:
            figure = draw()
        except SettingsError as error:  # matplotlib is not installed
            yield str(error)
            break
        except AnalysisError as error:
            yield f"no figure {name}: {error}"
            continue
        for ending in _FORMATS:
            tell(number, len(drawings))
            figure.savefig(folder / "figures" / f"{name}.{ending}")


def _zipped(folder: Path, most: int) -> tuple[bytes, list[str]]:
    files = {
        path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()
    }
    left_out: list[str] = []
    for part in (None, *_DISPENSABLE):
        if part is not None:
            gone = [name for name in files if name.startswith(part)]
            for name in gone:
                del files[name]
            if gone:
                left_out.append(part)
        data = _zip(files)
        if len(data) <= most:
            break
    else:
        raise AnalysisError(
            "the results are too large to be downloaded",
            found=f"{len(data) / 1e6:.1f} MB",
            expected=f"{most / 1e6:.0f} MB at most",
            remedy="Choose fewer runs or bins, or take the script and run it",
        )
    if not left_out:
        return data, []
    return data, [f"left out, to stay below {most / 1e6:.0f} MB: {', '.join(left_out)}; script.py makes them"]


def _zip(files: dict[str, Path]) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, path in files.items():
            archive.write(path, name)
    return stream.getvalue()


def _file_name(outcome: Outcome) -> str:
    """Return a name that every system can store, made of the target's."""
    source = "".join(c if c.isascii() and c.isalnum() else "_" for c in outcome.settings.source)
    return f"lightpool_{'_'.join(filter(None, source.split('_')))[:40] or 'results'}"
