"""A simulated DL3 store on disk: whole or not at all, the same bytes for the same seed."""

from __future__ import annotations

import gzip
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from lightpool.errors import SettingsError
from lightpool.fits_table import Column, primary_bytes, table_bytes
from lightpool.simulate import hdus
from lightpool.simulate.events import draw_events
from lightpool.simulate.scene import Run, Scene

#: First line of README.txt; only a folder that says this is ever replaced.
MARK = "Simulated data, made by Lightpool. No photon of this store came from the sky."
_DATA = "data"


def simulate(
    scene: Scene,
    output: Path | str,
    seed: int = 0,
    *,
    overwrite: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write a GADF DL3 store of the scene and return its path.

    Parameters
    ----------
    scene : Scene
    output : Path
        A new folder. It appears whole or not at all.
    seed : int, >= 0
        The same scene and seed give the same bytes. Each run has a stream of random numbers of its
        own, by its obs_id, so that adding a run changes no other.
    overwrite : bool
        Replace an earlier simulated store. Anything else that stands there is never touched.
    progress : callable, optional
        Called with (runs done, runs in all) after each run.

    Raises
    ------
    SettingsError
        If the output exists or cannot be written, or the scene holds too many events.
    """
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise SettingsError("a seed must be a whole number, 0 or more", found=repr(seed))
    output = Path(output)
    with _whole_or_nothing(output, overwrite) as folder:
        (folder / _DATA).mkdir()
        sizes: list[list[int]] = []
        counts: list[int] = []
        for done, run in enumerate(scene.runs, start=1):
            n_events, run_sizes = _write_run(scene, run, seed, folder / _DATA / _file_name(run))
            sizes.append(run_sizes)
            counts.append(n_events)
            if progress is not None:
                progress(done, len(scene.runs))
        _write_gz(folder / "obs-index.fits.gz", _obs_index(scene, counts))
        _write_gz(folder / "hdu-index.fits.gz", _hdu_index(scene, sizes))
        _write_text(folder, scene, seed)
    return output


def _write_run(scene: Scene, run: Run, seed: int, path: Path) -> tuple[int, list[int]]:
    zenith = scene.zenith_azimuth(run)[0]
    tables = scene.instrument.tables(zenith)
    rng = np.random.default_rng([int(seed), run.obs_id])
    events = draw_events(run, scene.sources, tables, scene.instrument.deadc, rng)
    parts = hdus.run_bytes(scene, run, events, tables)
    _write_gz(path, parts)
    return len(events), [len(part) for part in parts[1:]]


def _file_name(run: Run) -> str:
    return f"simulated_obs_id_{run.obs_id:06d}.fits.gz"


def _obs_index(scene: Scene, counts: list[int]) -> list[bytes]:
    rows = [hdus.observation_keys(scene, run) for run in scene.runs]
    units = {"TSTART": "s", "TSTOP": "s", "ONTIME": "s", "LIVETIME": "s"}
    units |= {key: "deg" for key in rows[0] if key.endswith(("_PNT", "_OBJ"))}
    columns = [Column(key, np.array([row[key] for row in rows]), units.get(key, "")) for key in rows[0]]
    columns += [
        Column("ZEN_PNT", np.array([90 - row["ALT_PNT"] for row in rows]), "deg"),
        Column("EVENT_COUNT", np.array(counts)),
        Column("QUALITY", np.zeros(len(rows), dtype=np.int64)),
    ]
    keys = {**hdus.GADF, "HDUCLAS1": "INDEX", "HDUCLAS2": "OBS", **hdus.TIME_KEYS, **hdus.site_keys(scene)}
    return [primary_bytes({}), table_bytes("OBS_INDEX", columns, {**keys, "CREATOR": hdus.CREATOR})]


def _hdu_index(scene: Scene, sizes: list[list[int]]) -> list[bytes]:
    rows = [
        (run.obs_id, hdu_type, hdu_class, _DATA, _file_name(run), hdu_name, size)
        for run, run_sizes in zip(scene.runs, sizes, strict=True)
        for (hdu_type, hdu_class, hdu_name), size in zip(hdus.HDU_KINDS, run_sizes, strict=True)
    ]
    names = ("OBS_ID", "HDU_TYPE", "HDU_CLASS", "FILE_DIR", "FILE_NAME", "HDU_NAME", "SIZE")
    columns = [Column(name, np.array([row[i] for row in rows])) for i, name in enumerate(names)]
    keys = {**hdus.GADF, "HDUCLAS1": "INDEX", "HDUCLAS2": "HDU", "CREATOR": hdus.CREATOR}
    return [primary_bytes({}), table_bytes("HDU_INDEX", columns, keys)]


def _write_gz(path: Path, parts: list[bytes]) -> None:
    # A fixed time stamp, or the same store written twice would differ.
    path.write_bytes(gzip.compress(b"".join(parts), compresslevel=5, mtime=0))


def _write_text(folder: Path, scene: Scene, seed: int) -> None:
    from lightpool.simulate.scene_file import scene_to_yaml

    lines = [MARK, "", f"Scene: {scene.name}. Seed: {seed}.", "", "Runs:"]
    by_target: dict[str, list[int]] = {}
    for run in scene.runs:
        by_target.setdefault(hdus.object_name(run.target), []).append(run.obs_id)
    lines += [f"  {name}: {', '.join(map(str, ids))}" for name, ids in by_target.items()]
    lines += [
        "",
        "scene.yaml holds what was put in: spectra, bursts, runs and instrument. The same store comes from",
        f"  lightpool simulate scene.yaml --output DIR --seed {seed}",
        "",
    ]
    (folder / "README.txt").write_text("\n".join(lines), encoding="utf-8")
    (folder / "scene.yaml").write_text(scene_to_yaml(scene), encoding="utf-8")


@contextmanager
def _whole_or_nothing(output: Path, overwrite: bool) -> Iterator[Path]:
    """Yield a folder beside `output` that takes its place when the block ends well."""
    _check_replaceable(output, overwrite)
    token = secrets.token_hex(4)
    partial = output.parent / f".{output.name}.{token}.partial"
    old = output.parent / f".{output.name}.{token}.old"
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir()
        yield partial
        if overwrite and output.exists():
            os.rename(output, old)
        os.rename(partial, output)
    except OSError as error:
        raise SettingsError(
            "the simulated store cannot be written", where=str(output), found=str(error)
        ) from error
    finally:
        if old.exists() and not output.exists():  # interrupted between the two: the old one comes back
            os.rename(old, output)
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _check_replaceable(output: Path, overwrite: bool) -> None:
    if not output.exists() or (output.is_dir() and not any(output.iterdir())):
        return
    if not overwrite:
        raise SettingsError(
            "the output exists already", where=str(output), remedy="Choose another, or overwrite it"
        )
    readme = output / "README.txt"
    if not (readme.is_file() and readme.read_text(encoding="utf-8", errors="replace").startswith(MARK)):
        raise SettingsError(
            "the output is no simulated store and is not replaced",
            where=str(output),
            remedy="Choose another folder",
        )
