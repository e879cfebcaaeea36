"""The responses of a generic array of four telescopes, as tables over energy, offset and zenith angle."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np

from lightpool.axes import log_centres
from lightpool.simulate.checks import check_range
from lightpool.simulate.tables import ResponseTables, rounded

ENERGY_EDGES = np.geomspace(0.05, 100, 67)  # TeV, true energy of AEFF and EDISP
PSF_ENERGY_EDGES = np.geomspace(0.05, 100, 23)
BKG_ENERGY_EDGES = np.geomspace(0.1, 100, 25)
OFFSETS = np.array([0.0, 0.5, 1.0, 1.5, 2.0, 2.5])  # deg, nodes
MIGRA_EDGES = np.linspace(0.2, 3.2, 101)
RAD_EDGES = np.concatenate([np.linspace(0, 0.2, 41), np.linspace(0.22, 0.6, 20)])  # deg
FOV_EDGES = np.linspace(-2.5, 2.5, 26)  # deg

# The PSF is a core and a halo twice as wide that holds 15 %: 68 % lie within 1.663 core widths.
_HALO, _HALO_WIDTH, _R68 = 0.15, 2.0, 1.663

_LIMITS = {
    "threshold": (0.05, 5),
    "area": (1, 1e8),
    "energy_resolution": (0.03, 0.3),
    "psf_radius": (0.01, 0.15),
    "background": (1e-9, 1e-2),
    "deadc": (0.01, 1),
    "site_lon": (-360, 360),
    "site_lat": (-90, 90),
    "altitude": (-500, 9000),
}


@dataclass(frozen=True, slots=True)
class Instrument:
    """What a few numbers say about an array; the rest follows from energy, offset and zenith angle.

    Parameters
    ----------
    threshold : float, TeV
        Where the effective area has risen half way from nothing, for showers from the zenith.
    area : float, m2
        Effective area far above threshold, on axis, for showers from the zenith.
    energy_resolution : float
        Width of ln(energy / energy_true) far above threshold.
    psf_radius : float, deg
        About the 68 % containment radius at 1 TeV on axis.
    background : float, MeV-1 s-1 sr-1
        Rate of gamma-like cosmic rays at 1 TeV, on axis, from the zenith.
    deadc : float
        Livetime over ontime.
    site_lon, site_lat : float, deg
        Where on Earth, for the zenith angle of each run.
    altitude : float, m
    """

    threshold: float = 0.2
    area: float = 2.6e5
    energy_resolution: float = 0.14
    psf_radius: float = 0.07
    background: float = 3e-4
    deadc: float = 0.94
    site_lon: float = 16.5
    site_lat: float = -23.27
    altitude: float = 1835.0

    def __post_init__(self) -> None:
        for field in fields(self):
            check_range(f"instrument.{field.name}", getattr(self, field.name), *_LIMITS[field.name])

    def threshold_at(self, zenith: float) -> float:
        """Return the threshold in TeV at a zenith angle in deg: showers farther away are fainter."""
        return self.threshold * math.cos(math.radians(zenith)) ** -2.8

    def tables(self, zenith: float) -> ResponseTables:
        """Return all responses at a zenith angle (deg)."""
        bias_limit = 1.25  # in thresholds: above it the energy bias is below 10 %
        return ResponseTables(
            energy_edges=ENERGY_EDGES,
            offsets=OFFSETS,
            aeff=rounded(self._aeff(zenith)),
            migra_edges=MIGRA_EDGES,
            edisp=rounded(self._edisp(zenith)),
            psf_energy_edges=PSF_ENERGY_EDGES,
            rad_edges=RAD_EDGES,
            psf=rounded(self._psf(zenith)),
            bkg_energy_edges=BKG_ENERGY_EDGES,
            fov_edges=FOV_EDGES,
            bkg=rounded(self._bkg(zenith)),
            lo_thres=round(bias_limit * self.threshold_at(zenith), 3),
            hi_thres=100.0,
        )

    def _aeff(self, zenith: float) -> np.ndarray:
        """Effective area, m2, shape (offset, energy_true); the light pool widens with the zenith angle."""
        energy, offset = log_centres(ENERGY_EDGES), OFFSETS[:, None]
        ratio = energy / self.threshold_at(zenith)
        plateau = self.area * math.cos(math.radians(zenith)) ** -2
        trigger = 1 / (1 + ratio**-6)
        edge = 1.8 * energy**0.08  # deg: bright showers trigger farther off axis
        return plateau * trigger * (1 + 1.5 / ratio) ** -1.2 / (1 + (offset / edge) ** 4)

    def _edisp(self, zenith: float) -> np.ndarray:
        """Density in migra, shape (offset, migra, energy_true): log-normal, biased upward near threshold."""
        energy, offset = log_centres(ENERGY_EDGES), OFFSETS[:, None, None]
        ratio = energy / self.threshold_at(zenith)
        width = self.energy_resolution * (1 + 0.4 * np.minimum(1 / ratio, 2) + 0.02 * offset**2)
        log_bias = np.log1p(0.25 / (1 + ratio**2))
        migra = 0.5 * (MIGRA_EDGES[1:] + MIGRA_EDGES[:-1])[:, None]
        density = np.exp(-0.5 * ((np.log(migra) - log_bias) / width) ** 2) / migra
        density[density < 1e-7] = 0
        return density / np.sum(density * np.diff(MIGRA_EDGES)[:, None], axis=1, keepdims=True)

    def _psf(self, zenith: float) -> np.ndarray:
        """Density on the sky, sr-1, shape (rad, offset, energy_true)."""
        energy, offset = log_centres(PSF_ENERGY_EDGES), OFFSETS[:, None]
        ratio = energy / self.threshold_at(zenith)
        core = (
            self.psf_radius / _R68 * (0.8 + 0.45 * np.minimum(1 / ratio, 2.5) ** 0.7) * (1 + 0.08 * offset**2)
        )
        rad = 0.5 * (RAD_EDGES[1:] + RAD_EDGES[:-1])[:, None, None]
        halo = _HALO_WIDTH * core
        density = (1 - _HALO) * np.exp(-0.5 * (rad / core) ** 2) / core**2
        density += _HALO * np.exp(-0.5 * (rad / halo) ** 2) / halo**2
        ring = 2 * np.pi * np.radians(rad) * np.radians(np.diff(RAD_EDGES))[:, None, None]
        return density / np.sum(density * ring, axis=0)

    def _bkg(self, zenith: float) -> np.ndarray:
        """Rate of gamma-like cosmic rays, MeV-1 s-1 sr-1, shape (energy, fov_lat, fov_lon); round."""
        energy = log_centres(BKG_ENERGY_EDGES)[:, None, None]
        ratio = energy / self.threshold_at(zenith)
        scale = self.background * math.cos(math.radians(zenith)) ** -2.5
        centre = 0.5 * (FOV_EDGES[1:] + FOV_EDGES[:-1])
        offset = np.hypot(centre, centre[:, None])
        width = np.clip(1.05 + 0.25 * np.log10(energy), 0.8, 1.6)
        return scale * energy**-2.6 / (1 + ratio**-5) * np.exp(-0.5 * (offset / width) ** 2)
