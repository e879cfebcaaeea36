"""OGIP spectra read into a cube: one set of files a row."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import xarray as xr

from lightpool.errors import DataError, SettingsError
from lightpool.load.ogip_set import read_ogip_set
from lightpool.load.spectrum_row import cube_of

_NOT_A_SPECTRUM = re.compile(r"(^(arf|rmf|bkg)_|_(arf|rmf|bkg)\.)", re.IGNORECASE)


def read_ogip(paths: str | Path | Iterable[str | Path]) -> xr.Dataset:
    """Return the cube of OGIP spectra.

    Parameters
    ----------
    paths : path or list of paths
        PHA files, or one directory with PHA files in it. ANCRFILE, RESPFILE and BACKFILE are
        looked up beside each; energies and areas may be in any unit (keV and cm2 where the file
        gives none).

    Returns
    -------
    Dataset
        With one region and one row a file; channels of a QUALITY other than 0 are not safe, alpha is
        the ratio of BACKSCAL. The files hold no exposure of the dispersion's own: that of the
        effective area, which may include the containment of the region, takes its place when
        the rows are stacked.

    Raises
    ------
    DataError
        If a file is missing, damaged, or lacks something.
    SettingsError
        If the files have different energy axes.

    Examples
    --------
    >>> from pathlib import Path
    >>> from lightpool.export.ogip import write_ogip
    >>> Path("ogip").mkdir()
    >>> _ = write_ogip(cube, Path("ogip"), observations=runs)
    >>> dict(lp.load.read_ogip("ogip").counts.sizes)
    {'region': 1, 'time': 4, 'energy': 10}
    """
    return cube_of([read_ogip_set(path) for path in _pha_files(paths)])


def _pha_files(paths: str | Path | Iterable[str | Path]) -> list[Path]:
    if isinstance(paths, (str, Path)):
        folder = Path(paths)
        if not folder.is_dir():
            return [folder]
        found = (p for p in sorted(folder.glob("*.fits*")) if not _NOT_A_SPECTRUM.search(p.name))
        chosen = [path for path in found if path.name.lower().startswith("pha")]
        if not chosen:
            raise DataError(
                "there is no spectrum in this directory", where=str(folder), expected="pha*.fits files"
            )
        return chosen
    chosen = [Path(path) for path in paths]
    if not chosen:
        raise SettingsError("no OGIP file is given", found="an empty list")
    return chosen
