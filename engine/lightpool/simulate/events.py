"""Random events of one run, drawn from the very response tables that are written with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lightpool.errors import SettingsError
from lightpool.simulate.scene import Run
from lightpool.simulate.source import Source
from lightpool.simulate.tables import ResponseTables, bracket
from lightpool.sky import TangentPlane, lonlat, separation, unit_vectors

#: More events than this in one run are refused, lest a slip in an amplitude fill the memory.
EVENTS_MAX = 3_000_000
_SLICE = 10.0  # s: a flare is taken as steady for so long
_FINE = 6  # energy cells in each cell of the effective area
_M2_IN_CM2 = 1e4


@dataclass(frozen=True, eq=False)
class DrawnEvents:
    """Events of one run, sorted in time.

    Attributes
    ----------
    time : ndarray, shape (n,), s, TT since J2000.0
    lon, lat : ndarray, shape (n,), deg, ICRS
    energy : ndarray, shape (n,), TeV
    origin : ndarray of int, shape (n,)
        Position of the source in the scene, -1 for background. Not written to files.
    """

    time: np.ndarray
    lon: np.ndarray
    lat: np.ndarray
    energy: np.ndarray
    origin: np.ndarray

    def __len__(self) -> int:
        return len(self.time)


def draw_events(
    run: Run, sources: tuple[Source, ...], tables: ResponseTables, deadc: float, rng: np.random.Generator
) -> DrawnEvents:
    """Return the events of background and all sources in one run.

    Raises
    ------
    SettingsError
        If more than `EVENTS_MAX` events are expected.
    """
    parts = [(-1, _draw_background(run, tables, rng))]
    parts += [(i, _draw_source(run, source, tables, deadc, rng)) for i, source in enumerate(sources)]
    time, vectors, energy = (np.concatenate([part[k] for _, part in parts]) for k in range(3))
    origin = np.concatenate([np.full(len(part[0]), i) for i, part in parts])
    order = np.argsort(time, kind="stable")
    lon, lat = lonlat(vectors[order])
    return DrawnEvents(time[order], lon, lat, energy[order], origin[order])


_Part = tuple[np.ndarray, np.ndarray, np.ndarray]  # time, unit vectors, energy
_NOTHING: _Part = (np.empty(0), np.empty((0, 3)), np.empty(0))


def _draw_source(
    run: Run, source: Source, tables: ResponseTables, deadc: float, rng: np.random.Generator
) -> _Part:
    """Draw true energy and time from flux x effective area, then direction, PSF and energy dispersion."""
    distance = float(separation(run.lon, run.lat, source.lon, source.lat))
    if distance > tables.offset_max + 5 * source.size:
        return _NOTHING
    log_edges = np.log(tables.energy_edges)
    fine = np.linspace(log_edges[0], log_edges[-1], _FINE * (len(log_edges) - 1) + 1)
    centre = np.exp(0.5 * (fine[1:] + fine[:-1]))
    # A point sees one offset; a wide source is drawn with the best area and thinned where it lies worse.
    aeff = tables.aeff_at(centre, distance) if source.size == 0 else _best_aeff(tables, centre)
    n_slices = int(np.ceil(run.ontime / _SLICE)) if source.is_variable else 1
    step = run.ontime / n_slices
    middle = run.start + (np.arange(n_slices) + 0.5) * step
    rate = source.dnde(centre, middle) * centre * np.diff(fine) * aeff * _M2_IN_CM2
    n = _poisson(rng, run, float(rate.sum()) * step * deadc)
    if n == 0:
        return _NOTHING
    share = np.cumsum(rate.ravel())
    cell = np.searchsorted(share, rng.random(n) * share[-1], side="right")
    i_time, i_energy = np.divmod(np.minimum(cell, rate.size - 1), len(centre))
    time = run.start + (i_time + rng.random(n)) * step
    energy_true = np.exp(fine[i_energy] + rng.random(n) * np.diff(fine)[i_energy])

    plane = TangentPlane(source.lon, source.lat, 1.0)
    x, y = rng.normal(0, source.size, (2, n)) if source.size > 0 else np.zeros((2, n))
    offset = separation(run.lon, run.lat, *lonlat(plane.directions(x, y)))
    keep = np.ones(n, dtype=bool)
    if source.size > 0:
        keep = rng.random(n) * _best_aeff(tables, energy_true) < tables.aeff_at(energy_true, offset)
    time, energy_true, offset, x, y = (v[keep] for v in (time, energy_true, offset, x, y))

    rad, angle = tables.draw_rad(rng, energy_true, offset), rng.uniform(0, 2 * np.pi, len(time))
    energy = energy_true * tables.draw_migra(rng, energy_true, offset)
    return time, plane.directions(x + rad * np.cos(angle), y + rad * np.sin(angle)), energy


def _best_aeff(tables: ResponseTables, energy_true: np.ndarray) -> np.ndarray:
    return np.max([tables.aeff_at(energy_true, offset) for offset in tables.offsets], axis=0)


def _draw_background(run: Run, tables: ResponseTables, rng: np.random.Generator) -> _Part:
    """Draw from the interpolated background table, exactly, by thinning a Poisson process.

    Every cell proposes events at the largest rate that the interpolation reaches in it; each is
    kept with the ratio of the true rate to that. No integral of the table is needed.
    """
    log_e, fov = np.log(tables.bkg_energy_edges), tables.fov_edges
    log_rate = np.log(np.maximum(tables.bkg.astype(float), 1e-300))
    bound = _largest_in_cells(log_rate)
    # d(rate) = table dE dOmega with dE = E dlnE and dOmega = cos(fov_lat) dlon dlat; 1e6 MeV in a TeV.
    side = np.radians(fov[1] - fov[0])
    top = np.exp(bound + log_e[1:, None, None]) * 1e6
    expected = top * (log_e[1] - log_e[0]) * side**2 * run.ontime
    n = _poisson(rng, run, float(expected.sum()))
    if n == 0:
        return _NOTHING
    share = np.cumsum(expected.ravel())
    cell = np.minimum(np.searchsorted(share, rng.random(n) * share[-1], side="right"), expected.size - 1)
    i, j, k = np.unravel_index(cell, expected.shape)
    energy = np.exp(log_e[i] + rng.random(n) * np.diff(log_e)[i])
    fov_lat = fov[j] + rng.random(n) * np.diff(fov)[j]
    fov_lon = fov[k] + rng.random(n) * np.diff(fov)[k]
    rate = np.exp(_interpolate(log_rate, tables, energy, fov_lat, fov_lon)) * energy * 1e6
    keep = rng.random(n) * top[i, j, k] < rate * np.cos(np.radians(fov_lat))
    time = run.start + rng.random(n) * run.ontime
    vectors = _from_field_of_view(run, fov_lon[keep], fov_lat[keep])
    return time[keep], vectors, energy[keep]


def _largest_in_cells(log_rate: np.ndarray) -> np.ndarray:
    """Return the largest value in each cell of the linear interpolation between cell centres.

    A multilinear function is largest at a corner of the pieces it is made of: the centre of the
    cell, its edges and its corners, which lie half-way to the neighbours.
    """
    values = log_rate
    for axis in range(log_rate.ndim):
        v = np.moveaxis(values, axis, 0)
        inner = 0.5 * (v[1:] + v[:-1])
        edges = np.concatenate([[1.5 * v[0] - 0.5 * v[1]], inner, [1.5 * v[-1] - 0.5 * v[-2]]])
        out = np.empty((2 * len(v) + 1, *v.shape[1:]))
        out[::2], out[1::2] = edges, v
        values = np.moveaxis(out, 0, axis)
    for axis in range(log_rate.ndim):
        v = np.moveaxis(values, axis, 0)
        values = np.moveaxis(np.maximum(np.maximum(v[:-1:2], v[1::2]), v[2::2]), 0, axis)
    return values


def _interpolate(
    log_rate: np.ndarray, tables: ResponseTables, energy: np.ndarray, fov_lat: np.ndarray, fov_lon: np.ndarray
) -> np.ndarray:
    """Return the log of the rate, linear in ln E and both angles and extrapolated at the rim, shape (n,)."""
    log_e = np.log(tables.bkg_energy_edges)
    middle = 0.5 * (tables.fov_edges[1:] + tables.fov_edges[:-1])
    i, x = bracket(0.5 * (log_e[1:] + log_e[:-1]), np.log(energy), extrapolate=True)
    j, y = bracket(middle, fov_lat, extrapolate=True)
    k, z = bracket(middle, fov_lon, extrapolate=True)
    total = np.zeros(len(energy))
    for di, wi in ((0, 1 - x), (1, x)):
        for dj, wj in ((0, 1 - y), (1, y)):
            for dk, wk in ((0, 1 - z), (1, z)):
                total += wi * wj * wk * log_rate[i + di, j + dj, k + dk]
    return total


def _from_field_of_view(run: Run, fov_lon: np.ndarray, fov_lat: np.ndarray) -> np.ndarray:
    """Return unit vectors of field-of-view directions aligned with RA and Dec.

    By the standard, fov_lon grows toward falling right ascension.
    """
    lon0, lat0 = np.radians(run.lon), np.radians(run.lat)
    centre = unit_vectors(run.lon, run.lat)
    east = np.array([-np.sin(lon0), np.cos(lon0), 0.0])
    north = np.array([-np.sin(lat0) * np.cos(lon0), -np.sin(lat0) * np.sin(lon0), np.cos(lat0)])
    local = unit_vectors(-fov_lon, fov_lat)
    return local @ np.stack([centre, east, north])


def _poisson(rng: np.random.Generator, run: Run, expected: float) -> int:
    if expected > EVENTS_MAX:
        raise SettingsError(
            f"run {run.obs_id} would hold too many events",
            found=f"{expected:.3g}",
            expected=f"at most {EVENTS_MAX}",
        )
    return int(rng.poisson(expected))
