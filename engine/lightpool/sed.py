"""Flux points: fluxes in energy bands, in every quantity, as text and as tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr

from lightpool.abscissae import lafferty_wyatt
from lightpool.errors import SettingsError
from lightpool.flux_point_fit import FluxPointFit, fit_flux_points
from lightpool.html import table
from lightpool.spectra import SpectralModel

ERG_PER_TEV = 1.602176634

#: A norm relative to the reference, and all that goes with it.
NORMS = ("norm", "norm_err", "norm_errp", "norm_errn", "norm_ul", "norm_sensitivity")
#: The reference in each quantity.
REFERENCES = {"dnde": "ref_dnde", "e2dnde": "ref_e2dnde", "flux": "ref_flux", "eflux": "ref_eflux"}
UNITS = {"dnde": "TeV-1 s-1 cm-2", "e2dnde": "TeV s-1 cm-2", "flux": "s-1 cm-2", "eflux": "TeV s-1 cm-2"}
_RESULTS = (
    "ts", "sqrt_ts", "npred", "npred_excess", "stat", "stat_null", "stat_scan", "is_ul", "counts", "success",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class FluxPoints:
    """Fluxes in energy bands relative to a reference spectrum.

    ``points["dnde"]``, ``points["e2dnde_errp"]``, ``points["flux_ul"]`` and so on give plain
    arrays, shape (points,), in the units of `unit`.

    Parameters
    ----------
    data : Dataset, dims (point, norm_scan, row)
        e_ref, e_min, e_max (TeV), ref_dnde, ref_e2dnde, ref_flux, ref_eflux, norm with norm_err,
        norm_errp, norm_errn, norm_ul; norm_sensitivity, at which 5 sigma are expected; ts, sqrt_ts,
        stat, stat_null; stat_scan at norm_scan; counts, npred, npred_excess for each row of the
        cube; is_ul, success and, where it failed, reason.
    model : SpectralModel or None
        The reference; None for points from a file that does not say.
    ul_sigma : float
        Confidence of the limits, in two-sided standard deviations.
    ul_method : str
        How they were found; see `limits.upper_limit`.
    """

    data: xr.Dataset
    model: SpectralModel | None = None
    ul_sigma: float = 2.0
    ul_method: str = "profile"

    def __len__(self) -> int:
        return self.data.sizes["point"]

    def __getitem__(self, name: str) -> np.ndarray:
        if name in self.data:
            return self.data[name].to_numpy()
        quantity, _, suffix = name.partition("_")
        norm = f"norm_{suffix}" if suffix else "norm"
        if quantity not in REFERENCES or norm not in self.data:
            raise KeyError(f"flux points have no {name!r}")
        return self.data[norm].to_numpy() * self.data[REFERENCES[quantity]].to_numpy()

    def __contains__(self, name: str) -> bool:
        quantity, _, suffix = name.partition("_")
        converted = quantity in REFERENCES and (f"norm_{suffix}" if suffix else "norm") in self.data
        return name in self.data or converted

    @staticmethod
    def unit(name: str) -> str:
        """Return the unit of a column such as ``dnde_err``; empty for a pure number."""
        quantity = name.removeprefix("ref_").partition("_")[0]
        return "TeV" if name in ("e_ref", "e_min", "e_max") else UNITS.get(quantity, "")

    def to_table(self, sed_type: str = "dnde") -> Any:
        """Return an astropy QTable.

        Parameters
        ----------
        sed_type : str
            ``dnde``, ``e2dnde``, ``flux``, ``eflux`` or ``likelihood``.

        Raises
        ------
        SettingsError
            For another type.
        """
        from astropy.table import QTable
        from astropy.units import Unit

        if sed_type not in (*REFERENCES, "likelihood"):
            raise SettingsError(
                "sed_type is not known",
                found=repr(sed_type),
                expected=", ".join((*REFERENCES, "likelihood")),
            )
        if sed_type == "likelihood":
            norms: tuple[str, ...] = (*REFERENCES.values(), *NORMS)
        else:
            norms = tuple(norm.replace("norm", sed_type) for norm in NORMS)
        table = QTable()
        for name in ("e_ref", "e_min", "e_max", *norms, *_RESULTS):
            if name in self:
                unit = self.unit(name)
                table[name] = self[name] * Unit(unit) if unit else self[name]
        if "stat_scan" in self:
            scan = self.data["norm_scan"].to_numpy()
            table["norm_scan"] = np.broadcast_to(scan, table["stat_scan"].shape)
        table.meta["SED_TYPE"] = sed_type
        table.meta["UL_CONF"] = ul_confidence(self.ul_sigma)
        return table

    def fit(self, model: SpectralModel, *, method: str = "chi2") -> FluxPointFit:
        """Return the best fit of a spectrum to the points; see `fit_flux_points`."""
        return fit_flux_points(self, model, method=method)

    def at(self, abscissae: str) -> FluxPoints:
        """Return the same fluxes, placed and compared elsewhere in their bands.

        Parameters
        ----------
        abscissae : str
            ``log-centre``, or ``lafferty-wyatt``: where the reference equals its mean over the
            band, so that dN/dE is the flux over the width of the band.

        Raises
        ------
        SettingsError
            For another place, or if the reference is not known.
        """
        if abscissae not in ("log-centre", "lafferty-wyatt"):
            raise SettingsError(
                "this place in a band is not known",
                found=repr(abscissae),
                expected="log-centre or lafferty-wyatt",
            )
        if self.model is None:
            raise SettingsError(
                "the reference spectrum of these flux points is not known",
                remedy="Give the model when reading them",
            )
        e_ref, e_min, e_max = self["e_ref"].copy(), self["e_min"], self["e_max"]
        known = np.isfinite(e_min * e_max * self["ref_flux"])  # a point without a band stays where it is
        if abscissae == "log-centre":
            e_ref[known] = np.sqrt(e_min * e_max)[known]
        else:
            flux = self["ref_flux"][known]
            e_ref[known] = lafferty_wyatt(self.model, e_min[known], e_max[known], flux)
        dnde = self.model(e_ref)
        moved = {"e_ref": e_ref, "ref_dnde": dnde, "ref_e2dnde": dnde * e_ref**2}
        data = self.data.assign({name: self.data[name].copy(data=values) for name, values in moved.items()})
        return replace(self, data=data)

    def __repr__(self) -> str:
        lines = [
            "FluxPoints: E²dN/dE in 1e-12 erg cm-2 s-1",
            "  e_min - e_max [TeV]    value        errors        sqrt_ts",
        ]
        factor = ERG_PER_TEV * 1e12
        for k in range(len(self)):
            span = f"  {self._span(k, '7.3f'):<17}"
            if not self["success"][k]:
                lines.append(f"{span}   {self['reason'][k]}")
                continue
            value, high, low, limit = (
                self[n][k] * factor for n in ("e2dnde", "e2dnde_errp", "e2dnde_errn", "e2dnde_ul")
            )
            errors = f"+{high:.2g} -{low:.2g}" if np.isfinite(high + low) else ""
            flux = f"< {limit:8.3g}" if self["is_ul"][k] else f"{value:10.3g}   {errors}"
            sigma = f"{self['sqrt_ts'][k]:6.1f}" if np.isfinite(self["sqrt_ts"][k]) else ""
            lines.append(f"{span}   {flux:<28} {sigma}".rstrip())
        return "\n".join(lines)

    def _span(self, k: int, digits: str) -> str:
        """Return the band of a point as text, its energy where the band is not known."""
        low, high = self["e_min"][k], self["e_max"][k]
        if not np.isfinite(low + high):
            return f"{self['e_ref'][k]:{digits}}"
        return f"{low:{digits}} - {high:{digits}}"

    def _repr_html_(self) -> str:
        rows: list[tuple[str, ...]] = []
        for k in range(len(self)):
            span = self._span(k, ".3g")
            if not self["success"][k]:
                rows.append((span, "", "", "", self["reason"][k]))
                continue
            value, low, high, limit = (self[f"e2dnde{s}"][k] for s in ("", "_errn", "_errp", "_ul"))
            cells = (
                (value, f"{value:.3g}"),
                (low + high, f"-{low:.2g} +{high:.2g}"),
                (limit, f"< {limit:.3g}"),
                (self["sqrt_ts"][k], f"{self['sqrt_ts'][k]:.1f}"),
            )
            rows.append((span, *(text if np.isfinite(number) else "" for number, text in cells)))
        limit_head = f"limit ({self.ul_sigma:g} sigma)"
        head = ("energy [TeV]", "E² dN/dE [TeV cm-2 s-1]", "errors", limit_head, "sqrt_ts")
        facts = f"{len(self)} points"
        if self.model is not None:
            facts += f", reference spectrum {type(self.model).__name__}"
        return table(head, rows, caption="FluxPoints", facts=facts)


def ul_confidence(sigma: float) -> float:
    """Return the two-sided confidence level of an upper limit at `sigma` standard deviations."""
    from math import erf, sqrt

    return erf(sigma / sqrt(2))
