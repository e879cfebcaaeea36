"""What follows from ON and OFF counts: alpha, background, excess, significance, the cumulative table."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from lightpool.errors import AnalysisError
from lightpool.statistics import li_ma_significance


def acceptance_ratio(acceptance: np.ndarray, acceptance_off: np.ndarray) -> np.ndarray:
    """Return acceptance / acceptance_off of the same shape; 0 where there is no OFF acceptance."""
    return np.divide(acceptance, acceptance_off, out=np.zeros(acceptance.shape), where=acceptance_off > 0)


def alpha(cube: xr.Dataset) -> xr.DataArray:
    """Return the acceptance ratio ON / OFF; 0 where there is no OFF acceptance."""
    ratio = xr.apply_ufunc(
        acceptance_ratio,
        cube["acceptance"],
        cube["acceptance_off"],
        dask="parallelized",
        output_dtypes=[float],
    )
    return _named(ratio, "alpha", "Acceptance ratio ON / OFF")


def background(cube: xr.Dataset) -> xr.DataArray:
    """Return the expected background in the ON region, alpha x counts_off."""
    return _named(alpha(cube) * cube["counts_off"], "background", "Background counts")


def excess(cube: xr.Dataset) -> xr.DataArray:
    """Return the excess counts, counts - background."""
    return _named(cube["counts"] - background(cube), "excess", "Excess counts")


def sqrt_ts(cube: xr.Dataset) -> xr.DataArray:
    """Return the Li & Ma significance of each bin; NaN without OFF acceptance."""
    value = xr.apply_ufunc(
        li_ma_significance,
        cube["counts"],
        cube["counts_off"],
        alpha(cube),
        dask="parallelized",
        output_dtypes=[float],
    )
    return _named(value, "sqrt_ts", "Significance")


@xr.register_dataset_accessor("onoff")
class OnOff:
    """Derived quantities of a cube, computed when asked for.

    Examples
    --------
    ``cube.onoff.excess.sum("energy")``, ``cube.onoff.cumulative()``.
    """

    def __init__(self, cube: xr.Dataset) -> None:
        self._cube = cube

    @property
    def alpha(self) -> xr.DataArray:
        """See `alpha`."""
        return alpha(self._cube)

    @property
    def background(self) -> xr.DataArray:
        """See `background`."""
        return background(self._cube)

    @property
    def excess(self) -> xr.DataArray:
        """See `excess`."""
        return excess(self._cube)

    @property
    def sqrt_ts(self) -> xr.DataArray:
        """See `sqrt_ts`."""
        return sqrt_ts(self._cube)

    @property
    def n_off_regions(self) -> xr.DataArray:
        """The number of OFF regions of each row of the time axis."""
        cube = self._cube
        if "off_obs_id" not in cube.coords or "obs_id" not in cube.coords:
            raise AnalysisError("this cube keeps no OFF regions", remedy="Ask the cube from before stacking")
        used = cube["off_obs_id"].to_numpy()[cube["off_reason"].to_numpy() == ""]
        number = [int(np.sum(used == obs_id)) for obs_id in cube["obs_id"].to_numpy()]
        return xr.DataArray(number, dims="time", coords={"obs_id": cube["obs_id"]}, name="n_off_regions")

    def off_regions(self, obs_id: int) -> xr.Dataset:
        """Return the OFF candidates of a run: centre, radius and, for a rejected one, the reason."""
        cube = self._cube
        names = [name for name in cube.coords if str(name).startswith("off_")]
        chosen = np.flatnonzero(cube["off_obs_id"].to_numpy() == obs_id)
        return cube[names].isel(off_region=chosen).reset_coords()

    def table(self) -> list[dict[str, Any]]:
        """Return one dict for each row of the time axis: sums inside its safe mask, over regions and energy.

        Returns
        -------
        list of dict
            name, counts, counts_off, alpha, background, excess, sqrt_ts, livetime_s.
        """
        return self._rows(cumulative=False)

    def cumulative(self) -> list[dict[str, Any]]:
        """Return `table` with every row added to those before it, as observing time accumulates."""
        return self._rows(cumulative=True)

    def _rows(self, *, cumulative: bool) -> list[dict[str, Any]]:
        cube = self._cube.transpose("region", "time", "energy", ...)
        mask = cube["mask_safe"].to_numpy()

        def sums(values: xr.DataArray) -> np.ndarray:
            return np.where(mask, values.to_numpy(), 0.0).sum(axis=(0, 2))

        columns = np.stack(
            [
                sums(cube["counts"]),
                sums(cube["counts_off"]),
                sums(background(cube)),
                np.where(mask.any(axis=(0, 2)), cube["livetime"].to_numpy(), 0.0),
                sums(cube["acceptance"]),
                sums(cube["acceptance_off"]),
            ]
        )
        if cumulative:
            columns = np.cumsum(columns, axis=1)
        else:
            columns[3] = cube["livetime"].to_numpy()
        names = cube["obs_id"].to_numpy() if "obs_id" in cube.coords else cube["time"].to_numpy()
        return [_row(str(name), *column) for name, column in zip(names, columns.T, strict=True)]


def _row(
    name: str, on: float, off: float, bkg: float, livetime: float, acc: float, acc_off: float
) -> dict[str, Any]:
    if off > 0:
        ratio = bkg / off
    else:  # no OFF count fell: the acceptances still say what alpha is
        ratio = acc / acc_off if acc_off > 0 else float("nan")
    return {
        "name": name,
        "counts": round(on),
        "counts_off": round(off),
        "alpha": float(ratio),
        "background": float(bkg),
        "excess": float(on - bkg),
        "sqrt_ts": float(li_ma_significance(on, off, ratio)),
        "livetime_s": float(livetime),
    }


def _named(values: xr.DataArray, name: str, long_name: str) -> xr.DataArray:
    return values.rename(name).assign_attrs(units="1", long_name=long_name)
