"""The figures of maps: sums over all pixels, run by run and in all."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from lightpool.maps.dataset import images
from lightpool.statistics import WStat, li_ma_significance


def run_sums(maps: xr.Dataset) -> list[dict[str, Any]]:
    """Return what each run adds, over all its pixels.

    Returns
    -------
    list of dict
        obs_id, counts, counts_off, acceptance, background, excess, alpha, livetime_s. A count of
        the rings is there once for each pixel about which it is in the ring, and alpha is small in
        proportion.
    """
    columns = {
        name: maps[f"run_{name}"].to_numpy()
        for name in ("counts", "counts_off", "acceptance", "background", "livetime")
    }
    rows = []
    for i, obs_id in enumerate(maps["obs_id"].to_numpy().tolist()):
        row = {name: float(values[i]) for name, values in columns.items()}
        livetime = row.pop("livetime")
        rows.append({"obs_id": int(obs_id), **_with_excess(row), "livetime_s": livetime})
    return rows


def cumulative_sums(maps: xr.Dataset) -> list[dict[str, Any]]:
    """Return the same sums after each run is added: one row a run, with its name and significance."""
    total = dict.fromkeys(("counts", "counts_off", "acceptance", "background", "livetime_s"), 0.0)
    rows = []
    for row in run_sums(maps):
        total = {name: value + row[name] for name, value in total.items()}
        filled = _with_excess({name: value for name, value in total.items() if name != "livetime_s"})
        significance = li_ma_significance(filled["counts"], filled["counts_off"], filled["alpha"])
        rows.append(
            {
                "name": str(row["obs_id"]),
                **filled,
                "sqrt_ts": float(significance),
                "livetime_s": total["livetime_s"],
            }
        )
    return rows


def map_sums(maps: xr.Dataset) -> dict[str, Any]:
    """Return the sums over the pixels of the stacked maps.

    Returns
    -------
    dict
        counts, counts_off, acceptance, acceptance_off, background, excess; npred_background and
        stat_sum without any source (WStat); n_bins and n_fit_bins (pixels, and those in the mask);
        exposure_min (the smallest that is not zero) and exposure_max in m2 s.
    """
    mask = images(maps, "mask_safe")
    counts, counts_off, acceptance, acceptance_off = (
        images(maps, name)[mask] for name in ("counts", "counts_off", "acceptance", "acceptance_off")
    )
    alpha = acceptance / acceptance_off
    terms = WStat(counts, counts_off, alpha).terms(np.zeros(len(counts)))
    background = float((alpha * counts_off).sum())
    exposure = maps["exposure"].to_numpy() / 1e4
    return {
        "counts": round(counts.sum()),
        "counts_off": round(counts_off.sum()),
        "acceptance": float(acceptance.sum()),
        "acceptance_off": float(acceptance_off.sum()),
        "background": background,
        "excess": float(counts.sum()) - background,
        "npred_background": float((alpha * terms.mu_bkg).sum()),
        "stat_sum": float(terms.stat.sum()),
        "n_bins": int(mask.size),
        "n_fit_bins": int(mask.sum()),
        "exposure_min": float(np.min(exposure, where=exposure > 0, initial=np.inf)),
        "exposure_max": float(exposure.max()),
    }


def _with_excess(row: dict[str, float]) -> dict[str, Any]:
    alpha = row["background"] / row["counts_off"] if row["counts_off"] else 0.0
    whole = {name: round(row[name]) for name in ("counts", "counts_off")}
    return {**row, **whole, "alpha": alpha, "excess": row["counts"] - row["background"]}
