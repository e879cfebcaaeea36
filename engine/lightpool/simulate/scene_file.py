"""Scenes from and to YAML."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from lightpool.errors import SettingsError
from lightpool.simulate.instrument import Instrument
from lightpool.simulate.scene import Run, Scene, wobble_runs
from lightpool.simulate.source import Burst, Source, Spectrum
from lightpool.sky import to_icrs
from lightpool.times import from_utc, to_utc
from lightpool.units import to_float

_Reader = Callable[[Any, str], Any]


def scene_from_dict(mapping: Mapping[str, Any]) -> Scene:
    """Return a scene from the mapping that a YAML file holds.

    Numbers without a unit are in TeV, deg, s, m2 and cm-2 s-1 TeV-1; dates are UTC::

        name: My night
        instrument:              # may be left out, and so may each of its keys
          threshold: 0.2 TeV     # at zenith
          area: 2.6e5            # m2, far above threshold
          energy_resolution: 0.14
          psf_radius: 0.07 deg
          background: 3.0e-4     # MeV-1 s-1 sr-1 at 1 TeV on axis
          deadc: 0.94
          site_lon: 16.5 deg
          site_lat: -23.27 deg
          altitude: 1835         # m
        sources:
          - name: My flare
            lon: 329.717 deg
            lat: -30.226 deg
            frame: icrs          # or galactic, ...
            size: 0 deg          # Gaussian standard deviation; 0 is a point
            spectrum: {index: 3.5, amplitude: 1.5e-11, lambda_: 0.1, reference: 1 TeV}
            bursts:
              - {time: "2006-07-29T22:40:00", height: 7, rise: 500 s, decay: 10 min}
            hardening: 0.6       # fall of the index for a tenfold amplitude
        runs:                    # each entry is a block of n runs of one target
          - target: My flare     # a source above, or any name with lon and lat
            obs_id: 1            # of the first run
            start: "2006-07-29T20:26:00"
            n: 4                 # wobble north, west, east, south
            duration: 28 min
            pause: 2 min
            wobble: 0.5 deg

    An entry of `runs` may instead give its pointing: `pointing_lon` and `pointing_lat`.

    Raises
    ------
    SettingsError
        Naming the key and its place; an unknown key comes with the nearest known one.
    """
    values = _read(mapping, "scene", {"name": _text, "instrument": _mapping, "sources": _list, "runs": _list})
    sources = tuple(_source(item, f"sources[{i}]") for i, item in enumerate(values.get("sources", ())))
    blocks = [_runs(item, f"runs[{i}]", sources) for i, item in enumerate(_need(values, "runs", "scene"))]
    instrument = _instrument(values.get("instrument", {}))
    return Scene(
        values.get("name", "Scene"), tuple(run for block in blocks for run in block), sources, instrument
    )


def load_scene(path: Path | str) -> Scene:
    """Return the scene of a YAML file.

    Raises
    ------
    SettingsError
        If the file is missing, is no YAML, or as `scene_from_dict`.
    """
    import yaml

    path = Path(path)
    try:
        mapping = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("the scene cannot be read", where=str(path), found=str(error)) from error
    except yaml.YAMLError as error:
        raise SettingsError(
            "the scene is no YAML", where=str(path), found=" ".join(str(error).split())
        ) from error
    return scene_from_dict(mapping)


def scene_to_dict(scene: Scene) -> dict[str, Any]:
    """Return the mapping from which `scene_from_dict` makes an equal scene, one entry for each run."""
    sources = []
    for source in scene.sources:
        item = _plain(source)
        item["spectrum"] = _plain(source.spectrum)
        item["bursts"] = [{**_plain(burst), "time": _utc(burst.time)} for burst in source.bursts]
        sources.append(item)
    runs = [
        {
            "target": run.target,
            "lon": float(run.target_lon),
            "lat": float(run.target_lat),
            "pointing_lon": float(run.lon),
            "pointing_lat": float(run.lat),
            "obs_id": int(run.obs_id),
            "start": _utc(run.start),
            "duration": float(run.ontime),
        }
        for run in scene.runs
    ]
    return {"name": scene.name, "instrument": _plain(scene.instrument), "sources": sources, "runs": runs}


def scene_to_yaml(scene: Scene) -> str:
    """Return the YAML text of `scene_to_dict`."""
    import yaml

    return yaml.safe_dump(scene_to_dict(scene), sort_keys=False, default_flow_style=None, width=110)


def _instrument(mapping: Any) -> Instrument:
    energy, angle, number = _unit("TeV"), _unit("deg"), _number
    readers: dict[str, _Reader] = {
        "threshold": energy,
        "area": number,
        "energy_resolution": number,
        "psf_radius": angle,
        "background": number,
        "deadc": number,
        "site_lon": angle,
        "site_lat": angle,
        "altitude": number,
    }
    return Instrument(**_read(mapping, "instrument", readers))


def _source(mapping: Any, where: str) -> Source:
    readers: dict[str, _Reader] = {
        "name": _text,
        "lon": _unit("deg"),
        "lat": _unit("deg"),
        "frame": _text,
        "size": _unit("deg"),
        "spectrum": _mapping,
        "bursts": _list,
        "hardening": _number,
    }
    values = _read(mapping, where, readers)
    spectrum = _read(
        _need(values, "spectrum", where),
        f"{where}.spectrum",
        {
            "index": _number,
            "amplitude": _in("cm-2 s-1 TeV-1"),
            "lambda_": _in("TeV-1"),
            "reference": _unit("TeV"),
        },
    )
    burst_readers: dict[str, _Reader] = {
        "time": _date,
        "height": _number,
        "rise": _unit("s"),
        "decay": _unit("s"),
    }
    bursts = []
    for i, item in enumerate(values.get("bursts", ())):
        place = f"{where}.bursts[{i}]"
        burst = _read(item, place, burst_readers)
        bursts.append(Burst(**{key: _need(burst, key, place) for key in burst_readers}))
    lon, lat = to_icrs(_need(values, "lon", where), _need(values, "lat", where), values.get("frame", "icrs"))
    return Source(
        name=_need(values, "name", where),
        lon=lon,
        lat=lat,
        spectrum=Spectrum(**spectrum),
        size=values.get("size", 0.0),
        bursts=tuple(bursts),
        hardening=values.get("hardening", 0.0),
    )


def _runs(mapping: Any, where: str, sources: tuple[Source, ...]) -> tuple[Run, ...]:
    readers: dict[str, _Reader] = {
        "target": _text,
        "lon": _unit("deg"),
        "lat": _unit("deg"),
        "frame": _text,
        "pointing_lon": _unit("deg"),
        "pointing_lat": _unit("deg"),
        "obs_id": _whole,
        "start": _date,
        "n": _whole,
        "duration": _unit("s"),
        "pause": _unit("s"),
        "wobble": _unit("deg"),
    }
    values = _read(mapping, where, readers)
    target, start, obs_id = (_need(values, key, where) for key in ("target", "start", "obs_id"))
    known = {source.name: source for source in sources}
    if target in known and "lon" not in values and "lat" not in values:
        lon, lat = known[target].lon, known[target].lat
    else:
        frame = values.get("frame", "icrs")
        lon, lat = to_icrs(_need(values, "lon", where), _need(values, "lat", where), frame)
    duration = values.get("duration", 1680.0)
    if "pointing_lon" not in values and "pointing_lat" not in values:
        options = {key: values[key] for key in ("n", "pause", "wobble") if key in values}
        return wobble_runs(target, lon, lat, obs_id=obs_id, start=start, ontime=duration, **options)
    for key in ("n", "pause", "wobble"):
        if key in values:
            raise SettingsError(f"{key} and a pointing exclude each other", where=where)
    pnt_lon, pnt_lat = _need(values, "pointing_lon", where), _need(values, "pointing_lat", where)
    return (Run(obs_id, target, lon, lat, pnt_lon, pnt_lat, start, duration),)


def _read(mapping: Any, where: str, readers: Mapping[str, _Reader]) -> dict[str, Any]:
    """Return the values of a mapping, each through its reader; a key without a reader is an error."""
    mapping = _mapping(mapping, where)
    values = {}
    for key, value in mapping.items():
        if key not in readers:
            near = difflib.get_close_matches(str(key), readers, n=1, cutoff=0.0)
            raise SettingsError(f"unknown key {key!r}", where=where, remedy=f"Did you mean {near[0]!r}?")
        values[key] = readers[key](value, f"{where}.{key}")
    return values


def _need(values: Mapping[str, Any], key: str, where: str) -> Any:
    if key not in values:
        raise SettingsError(f"key {key!r} is missing", where=where)
    return values[key]


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise SettingsError("this must be a mapping of keys", where=where, found=type(value).__name__)
    return value


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise SettingsError("this must be a list", where=where, found=type(value).__name__)
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise SettingsError("this must be text", where=where, found=repr(value))
    return value


def _number(value: Any, where: str) -> float:
    try:  # a string as well: YAML reads 5e-12, without a point, as text
        if isinstance(value, bool):
            raise ValueError
        return float(value)
    except (TypeError, ValueError):
        raise SettingsError("this must be a number", where=where, found=repr(value)) from None


def _whole(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise SettingsError("this must be a whole number", where=where, found=repr(value))
    return value


def _date(value: Any, where: str) -> float:
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        value = value.astimezone(datetime.UTC).replace(tzinfo=None)
    return from_utc(value, name=where)


def _unit(unit: str) -> _Reader:
    return lambda value, where: to_float(value, unit, name=where)


def _in(unit: str) -> _Reader:
    """Return a reader of numbers in a unit that configuration files rarely write out."""

    def read(value: Any, where: str) -> float:
        try:
            return _number(value, where)
        except SettingsError:
            from astropy.units import Quantity

            try:
                return float(Quantity(value).to_value(unit))
            except (TypeError, ValueError):
                raise SettingsError(
                    "this must be a number", where=where, found=repr(value), expected=unit
                ) from None

    return read


def _plain(value: Any) -> dict[str, Any]:
    """Return the fields of a dataclass, every number a float, so that equal scenes give equal text."""
    return {key: float(v) if isinstance(v, (int, float)) else v for key, v in asdict(value).items()}


def _utc(tt_seconds: float) -> str:
    return str(np.datetime_as_string(to_utc(tt_seconds), unit="us"))
