"""What a map analysis gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import xarray as xr

from lightpool.analysis.map_settings import MapSettings
from lightpool.dl3 import Observations
from lightpool.maps.maxima import Peak
from lightpool.maps.significance import SignificanceDistribution
from lightpool.maps.sums import map_sums

if TYPE_CHECKING:
    from lightpool.config import AnalysisConfig


@dataclass(frozen=True, eq=False)
class MapOutcome:
    """Maps, and what they say.

    Parameters
    ----------
    settings : MapSettings
    observations : Observations
        The runs that touch the map, in the order in which they were added.
    maps : Dataset
        Counts and background; see `lightpool.sky_maps`.
    excess : Dataset
        Excess and significance; see `lightpool.excess_map`.
    distributions : tuple of SignificanceDistribution or None
        For each energy band; None where nothing lies outside the exclusion.
    peaks : tuple of Peak
        Of all bands, the highest of each band first.
    warnings : tuple of str
    timing_s : dict
        Seconds spent in each stage; 0 for one whose result was still at hand.
    """

    settings: MapSettings
    observations: Observations
    maps: xr.Dataset
    excess: xr.Dataset
    distributions: tuple[SignificanceDistribution | None, ...]
    peaks: tuple[Peak, ...]
    warnings: tuple[str, ...] = ()
    timing_s: dict[str, float] = field(default_factory=dict)

    def write(
        self, path: str | Path, *, config: AnalysisConfig | None = None, overwrite: bool = False
    ) -> Path:
        """Write all result files into a new directory, which appears whole or not at all.

        Parameters
        ----------
        config : AnalysisConfig, optional
            What the analysis was made from, kept beside the results.

        Raises
        ------
        SettingsError
            If the directory exists and `overwrite` is not set, or it cannot be written.
        """
        from lightpool.analysis.map_results import write_map_results
        from lightpool.export import output_directory

        with output_directory(path, overwrite=overwrite) as directory:
            write_map_results(self, directory, config=config)
        return Path(path)

    def report(self) -> str:
        """Return the main figures as text."""
        total = map_sums(self.maps)
        hours = float(self.maps["run_livetime"].sum()) / 3600
        lines = [
            f"{len(self.observations)} runs on {self.settings.images.geometry.shape[1]} x "
            f"{self.settings.images.geometry.shape[0]} pixels: counts {total['counts']:.0f}, "
            f"background {total['background']:.1f}, excess {total['excess']:.1f}, livetime {hours:.2f} h"
        ]
        edges = self.maps["energy_edges"].to_numpy()
        for band, found in enumerate(self.distributions):
            if found is not None:
                lines.append(
                    f"{edges[band]:.3g} to {edges[band + 1]:.3g} TeV: significance outside the exclusion "
                    f"{found.mean:+.4f} +- {found.std:.4f} ({found.n_pixels} pixels)"
                )
        lines += [
            f"peak of {peak.sqrt_ts:.2f} sigma at lon {peak.lon:.4f} deg, lat {peak.lat:.4f} deg, "
            f"{edges[peak.band]:.3g} to {edges[peak.band + 1]:.3g} TeV"
            for peak in self.peaks[:5]
        ]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return "\n".join([f"MapOutcome: {self.report()}", *(f"  warning: {text}" for text in self.warnings)])
