"""The configuration of an analysis of the simulated Crab runs."""

from __future__ import annotations

import pytest

from lightpool.config import AnalysisConfig

TEXT = """
observations:
    datastore: {store}
    obs_cone: {{frame: icrs, lon: 83.633 deg, lat: 22.0145 deg, radius: 2 deg}}
datasets:
    stack: false
    geom:
        axes:
            energy: {{min: 0.5 TeV, max: 30 TeV, nbins_per_decade: 8}}
            energy_true: {{min: 0.1 TeV, max: 50 TeV, nbins: 40}}
    on_region: {{frame: icrs, lon: 83.633 deg, lat: 22.0145 deg, radius: 0.11 deg}}
    safe_mask: {{methods: [aeff-max], parameters: {{aeff_percent: 5}}}}
    background: {{method: reflected}}
fit: {{fit_range: {{min: 700 GeV}}}}
flux_points: {{energy: {{min: 1 TeV, max: 20 TeV, nbins: 4}}, source: crab, parameters: {{n_sigma_ul: 3}}}}
models:
    components:
    - name: crab
      spectral:
          type: PowerLawSpectralModel
          parameters: [{{name: index, value: 2.4}}, {{name: amplitude, value: 3.0e-11}}]
"""


@pytest.fixture
def config(demo_path):
    return AnalysisConfig.from_yaml(TEXT.format(store=demo_path))
