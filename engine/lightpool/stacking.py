"""Sums over the time axis that keep alpha, exposure and dispersion consistent."""

from __future__ import annotations

import numpy as np
import xarray as xr

from lightpool.onoff import acceptance_ratio
from lightpool.schema import VARIABLES, make_cube


def stack(cube: xr.Dataset) -> xr.Dataset:
    """Return a cube with one row on its time axis, the sum of all rows inside their safe masks.

    Alpha of the sum is background / counts_off, and where no OFF count fell, the ratio over
    all bins. The dispersion is weighted with ``edisp_exposure`` and masked per reconstructed
    bin, so that bins which are safe in some rows only predict just what those rows saw.

    Parameters
    ----------
    cube : Dataset
        See `schema.VARIABLES`.

    Returns
    -------
    Dataset
        Rows without a safe bin contribute neither exposure nor livetime.

    Examples
    --------
    >>> total = lp.stack(cube)
    >>> cube.sizes["time"], total.sizes["time"]
    (4, 1)
    >>> float(total.counts.sum()) == float(cube.counts.where(cube.mask_safe).sum())
    True
    """
    cube = cube.transpose("region", "time", "energy_true", "energy", ...)
    v = {name: cube[name].to_numpy() for name in VARIABLES}
    mask = v["mask_safe"].astype(float)  # (region, time, energy)
    used: np.ndarray = np.any(v["mask_safe"], axis=2)  # (region, time)
    alpha = acceptance_ratio(v["acceptance"], v["acceptance_off"])

    counts = (mask * v["counts"]).sum(axis=1)
    counts_off = (mask * v["counts_off"]).sum(axis=1)
    acceptance = (mask * v["acceptance"]).sum(axis=1)
    background = (mask * alpha * v["counts_off"]).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        by_bin = acceptance * counts_off / background
        overall = acceptance * counts_off.sum(axis=1, keepdims=True) / background.sum(axis=1, keepdims=True)
        # Not one OFF count in any bin: the acceptances themselves still say what alpha is.
        bare = (mask * v["acceptance_off"]).sum(axis=1)
    acceptance_off = np.where(counts_off > 0, by_bin, np.where(np.isfinite(overall), overall, bare))
    acceptance_off = np.where(acceptance > 0, acceptance_off, 0.0)

    weight = v["edisp_exposure"] * used[:, :, None]
    total = weight.sum(axis=1)
    kernel = np.einsum("gtk,gtkr,gtr->gkr", weight, v["edisp"], mask)
    kernel = np.divide(kernel, total[:, :, None], out=np.zeros_like(kernel), where=total[:, :, None] > 0)
    values = {
        "counts": counts[:, None],
        "counts_off": counts_off[:, None],
        "acceptance": acceptance[:, None],
        "acceptance_off": acceptance_off[:, None],
        "exposure": (v["exposure"] * used[:, :, None]).sum(axis=1, keepdims=True),
        "edisp": kernel[:, None],
        "edisp_exposure": total[:, None],
        "mask_safe": v["mask_safe"].any(axis=1, keepdims=True),
        "livetime": np.array([(v["livetime"] * used.any(axis=0)).sum()]),
    }
    coords = {name: cube[name].to_numpy() for name in ("region", "region_lon", "region_lat", "region_radius")}
    coords |= {"time": np.array(["stacked"])}
    if "time_start" in cube.coords:
        coords |= {
            "time_start": cube["time_start"].to_numpy().min(keepdims=True),
            "time_stop": cube["time_stop"].to_numpy().max(keepdims=True),
        }
    out = make_cube(
        values,
        coords,
        energy_edges=cube["energy_edges"].to_numpy(),
        energy_true_edges=cube["energy_true_edges"].to_numpy(),
    )
    return out.assign_attrs(cube.attrs)
