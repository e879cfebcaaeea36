"""Files that the tests of spectral models read."""

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table


@pytest.fixture(scope="session")
def ebl_file(tmp_path_factory):
    """Return an absorption table in the layout of the published ones: no unit, a redshift twice."""
    path = tmp_path_factory.mktemp("ebl") / "ebl_test.fits.gz"
    edges = np.geomspace(1e7, 1e11, 81)  # keV: 10 GeV to 100 TeV
    energy = np.sqrt(edges[:-1] * edges[1:]) * 1e-9
    redshift = np.array([0.01, 0.05, 0.05, 0.1, 0.3, 0.6], dtype="f4")
    depth = np.outer(redshift.astype(float), 10 * energy**0.9 * (1 + 0.1 * np.sin(3 * np.log(energy))))
    parameters = Table({"NAME": ["Redshift"], "NUMBVALS": [len(redshift)], "VALUE": [redshift]})
    energies = Table({"ENERG_LO": edges[:-1].astype("f4"), "ENERG_HI": edges[1:].astype("f4")})
    spectra = Table({"PARAMVAL": redshift, "INTPSPEC": np.exp(-depth).astype("f4")})
    named = {"PARAMETERS": parameters, "ENERGIES": energies, "SPECTRA": spectra}
    hdus = [fits.BinTableHDU(table, name=name) for name, table in named.items()]
    fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(path)
    return path
