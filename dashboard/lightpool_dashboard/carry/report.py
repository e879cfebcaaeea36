"""The report: one HTML page with figures, numbers, settings and origin, that needs nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

from lightpool.analysis import Outcome
from lightpool.html import parameter_table, table, with_error
from lightpool.plot_data import run_table
from lightpool.variability_table import variability
from lightpool_dashboard.carry.page import Page, Results
from lightpool_dashboard.carry.pictures import pictures

_STYLE = """
body { max-width: 60rem; margin: 2rem auto; padding: 0 1.2rem; color: #1c2430; background: #fff;
  font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.7rem; margin: 0; } h2 { font-size: 1.15rem; margin: 1.6rem 0 .5rem; }
.facts { display: flex; flex-wrap: wrap; gap: .2rem 1.6rem; margin: 1rem 0; padding: .6rem 0;
  border-block: 1px solid #d5dae2; } .facts b { font-size: 1.15rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(24rem, 1fr)); gap: 1rem; }
figure { margin: 0; break-inside: avoid; } svg { width: 100%; height: auto; max-height: 24rem; }
figcaption, .soft { color: #566173; font-size: .87rem; }
table { border-collapse: collapse; font-size: .87rem; font-variant-numeric: tabular-nums; }
th, td { padding: .15rem .7rem; border-bottom: 1px solid #d5dae2; font-weight: 400; }
thead th { color: #566173; } pre { padding: .7rem; background: #f2f4f7; font-size: .76rem; line-height: 1.4;
  white-space: pre-wrap; overflow-wrap: anywhere; } section { break-inside: auto; }
.scroll { overflow-x: auto; }
@media print { body { margin: 0; max-width: none; font-size: 11px; } pre { border: 1px solid #d5dae2; } }
"""
#: Nothing in the page may ask another host for anything, whatever a name in a file says.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def report(
    results: Results,
    page: Page,
    origin: dict[str, Any],
) -> str:
    """Return the report of a page.

    Parameters
    ----------
    results : Results
    page : Page
    origin : dict
        See `lightpool.export.provenance`.
    """
    outcome = results.outcome
    s = outcome.settings
    title = f"{s.source}: {s.reduction.on_region.radius:g} deg ON region"
    if not s.reduction.on_region.radius:
        title = f"{s.source}: point-like"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="soft">{escape(origin["creator"])}, {escape(origin["created"])}</p>',
        _facts(outcome),
        *_numbers(results),
        *_again(page),
        _section("Origin", _origin(origin)),
        _section("Data", f"<p>{escape(page.attribution)}</p>" if page.attribution else ""),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>{''.join(parts)}</body></html>"
    )


def _numbers(results: Results) -> list[str]:
    """Return the sections with figures and tables."""
    outcome = results.outcome
    return [
        _section("Warnings", _list(outcome.warnings)) if outcome.warnings else "",
        _section("Figures", _figures(results)),
        _section("Fit", _fit(outcome)),
        _section("Flux points", _points(outcome)),
        _section("Variability", _variability(outcome)),
        _section("Which model?", _models(outcome)),
        _section("The brushed time span", _span(results.span)),
        _section("Runs", _runs(outcome)),
    ]


def _again(page: Page) -> list[str]:
    """Return the sections with which the numbers are found once more."""
    names = {"page": "", "span": ": the brushed time span", "map": ": the sky map"}
    files = [
        _section(
            f"The same numbers again, with lightpool run{names[name]}",
            f"<pre>{escape(config.to_yaml())}</pre>",
        )
        for name, config in page.configs.items()
    ]
    address = f"<p>Behind the address of the page:</p><pre>{escape(page.link)}</pre>" if page.link else ""
    script = f"<pre>{escape(page.script)}</pre>"
    return [
        _section("The same numbers again, in Python", script),
        *files,
        _section("The page again", address),
    ]


def _facts(outcome: Outcome) -> str:
    total = run_table(outcome.cube).total
    pairs = (
        ("counts", f"{total.n_on}"),
        ("off counts", f"{total.n_off}"),
        ("α", f"{total.alpha:.4g}"),
        ("excess", f"{total.excess:.1f}"),
        ("significance", f"{total.sqrt_ts:.2f} σ"),
        ("livetime", f"{total.livetime / 3600:.2f} h"),
    )
    return '<div class="facts">' + "".join(f"<span>{k} <b>{v}</b></span>" for k, v in pairs) + "</div>"


def _section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>{content}</section>" if content else ""


def _list(sentences: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in sentences) + "</ul>"


def _figures(results: Results) -> str:
    out = []
    for number, picture in enumerate(pictures(results)):
        caption = f"<b>{escape(picture.title)}</b>: {escape(picture.words)}"
        drawing = picture.chart.svg(picture.title, number)
        out.append(f"<figure>{drawing}<figcaption>{caption}</figcaption></figure>")
    return f'<div class="figures">{"".join(out)}</div>'


def _fit(outcome: Outcome) -> str:
    fit = outcome.fit
    if fit is None:
        return ""
    how = "stacked" if outcome.settings.stacked else _joint(outcome.cube.sizes["time"])
    notes = (fit.message, f"WStat / dof = {fit.stat:.2f} / {fit.dof}", *fit.health)
    if outcome.settings.alpha_systematic:
        notes += (f"α is uncertain by {outcome.settings.alpha_systematic:.2%} in each bin",)
    shown = parameter_table(fit.model.parameters, caption=f"{type(fit.model).__name__}: {how}", notes=notes)
    return shown + _asymmetric(outcome)


def _joint(n_runs: int) -> str:
    return "one run" if n_runs == 1 else f"joint over {n_runs} runs"


def _asymmetric(outcome: Outcome) -> str:
    """Return the errors that follow the statistic, where there are any."""
    if outcome.fit is None or outcome.intervals is None:
        return ""
    rows = []
    for name, (down, up) in outcome.intervals.errors.items():
        p = outcome.fit.model[name]
        rows.append((name, with_error(p.value, min(down, up))[0], f"{down:.2g}", f"{up:.2g}", p.unit))
    head = ("parameter", "value", "−", "+", "unit")
    return table(head, rows, caption="Errors that follow the statistic")


def _variability(outcome: Outcome) -> str:
    if outcome.time_resolved is None or outcome.time_resolved.sizes["interval"] < 2:
        return ""
    found = variability(outcome.time_resolved)
    columns = [found[name].to_numpy() for name in ("n", "chi2", "dof", "p_value", "fvar", "fvar_err")]
    rows = [
        (str(name), str(n), *map(_number, (chi2, dof, p, fvar, error)))
        for name, n, chi2, dof, p, fvar, error in zip(found["quantity"].values, *columns, strict=True)
    ]
    head = ("quantity", "intervals", "χ²", "dof", "p if constant", "Fvar", "its error")
    return table(head, rows, notes=("Of the spectra of the time intervals.",))


def _models(outcome: Outcome) -> str:
    if outcome.comparison is None:
        return ""
    head, rows = outcome.comparison.head, outcome.comparison.rows()
    return _wide(table(head, rows, notes=(outcome.comparison.verdict,)))


def _span(span: Outcome | None) -> str:
    if span is None:
        return ""
    start, stop = (
        str(span.cube[f"interval_{end}"].to_numpy()[0]).replace("T", " ")[:19] for end in ("start", "stop")
    )
    return f"<p>{start} to {stop} UTC</p>{_facts(span)}{_fit(span)}{_points(span)}"


def _points(outcome: Outcome) -> str:
    p = outcome.points
    if p is None:
        return ""
    names = ("e_min", "e_max", "dnde", "dnde_errn", "dnde_errp", "dnde_ul", "sqrt_ts")
    columns = [p[name] for name in names]
    rows = [
        (*(_number(value) for value in row), "limit" if is_ul else "", reason)
        for *row, is_ul, reason in zip(*columns, p["is_ul"], p["reason"], strict=True)
    ]
    head = ("from [TeV]", "to [TeV]", "dN/dE", "−", "+", "upper limit", "√TS", "shown as", "")
    unit = f"dN/dE in cm⁻² s⁻¹ TeV⁻¹; limits at {p.ul_sigma:g} σ ({outcome.settings.ul_method})"
    return _wide(table(head, rows, notes=(unit,)))


def _runs(outcome: Outcome) -> str:
    rows = [
        (
            str(run.obs_id),
            f"{run.livetime / 60:.1f}",
            f"{run.offset:.2f}",
            str(run.n_off_regions),
            str(run.n_on),
            str(run.n_off),
            _number(run.alpha),
            f"{run.excess:.1f}",
            f"{run.sqrt_ts:.2f}",
        )
        for run in run_table(outcome.cube).rows
    ]
    head = ("run", "livetime [min]", "offset [deg]", "OFF regions", "ON", "OFF", "α", "excess", "σ")
    return _wide(table(head, rows, notes=("Inside the safe energy range of each run.",)))


def _origin(origin: dict[str, Any]) -> str:
    packages = ", ".join(f"{name} {text}" for name, text in origin["packages"].items())
    files = [(name, digest) for name, digest in origin.get("sha256", {}).items()]
    made = f"{origin['creator']}, Python {origin['python']}, {packages}"
    listed = table(("file", "SHA-256"), files) if files else ""
    return f"<p>{escape(made)}</p>{_wide(listed)}"


def _wide(content: str) -> str:
    return f'<div class="scroll">{content}</div>'


def _number(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else ""
