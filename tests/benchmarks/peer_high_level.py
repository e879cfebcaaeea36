"""The high-level tutorial with gammapy's own high-level interface, results written as it does."""

import sys
import tempfile
import warnings
from pathlib import Path

from gammapy.analysis import Analysis, AnalysisConfig
from gammapy.modeling.models import Models
from high_level import write

warnings.simplefilter("ignore")
with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    analysis = Analysis(AnalysisConfig.read(write(Path(sys.argv[1]).resolve(), folder)))
    analysis.get_observations()
    analysis.get_datasets()
    analysis.datasets.write(folder / "datasets.fits.gz")
    analysis.set_models(Models.read(folder / "model.yaml"))
    analysis.run_fit()
    analysis.models.write(folder / "best-fit.yaml")
    analysis.get_flux_points()
    analysis.flux_points.write(folder / "flux-points.fits")
    index = analysis.models.parameters["index"].value
print(f"stat {analysis.fit_result.total_stat:.2f}, index {index:.4f}")
