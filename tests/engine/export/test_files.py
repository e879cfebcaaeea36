"""Cube, summary, flux points and models come back from their files as they were."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import QTable, Table

from lightpool.analysis import Analysis
from lightpool.analysis.compare_settings import CompareSettings
from lightpool.analysis.results import write_results
from lightpool.comparison import compare
from lightpool.confidence import minos_errors
from lightpool.config import AnalysisConfig
from lightpool.config.model_file import read_models
from lightpool.export.cube_file import write_cube
from lightpool.export.flux_point_file import write_flux_points, write_flux_points_ecsv
from lightpool.export.provenance import provenance
from lightpool.export.summary import summary, write_summary
from lightpool.fitting import fit
from lightpool.load import open_cube, read_flux_points
from lightpool.radius_scan import scan_radius_with
from lightpool.spectra import LogParabola, PowerLaw

RADII = (0.05, 0.11, 1.5)
DARK = PowerLaw(amplitude=0).freeze("amplitude", "index")


@pytest.fixture(scope="module")
def written(joint, tmp_path_factory):
    path = tmp_path_factory.mktemp("results") / "out"
    joint.write(path, config=AnalysisConfig.from_yaml("datasets: {stack: false}"))
    return path


def test_every_file_is_there(written):
    names = {str(path.relative_to(written)) for path in written.rglob("*") if path.is_file()}
    ogip = {name for name in names if name.startswith("ogip/")}
    assert len(ogip) == 17
    assert names - ogip == {
        "config.yaml", "summary.json", "cube.nc", "models.yaml", "models_covariance.dat", "flux_points.fits",
        "flux_points.ecsv", "parameters.ecsv",
    }  # fmt: skip


def test_cube_comes_back(written, joint):
    cube = open_cube(written / "cube.nc")
    assert cube.drop_attrs(deep=False).identical(joint.cube.drop_attrs(deep=False))
    assert fit(cube, joint.settings.model).stat == joint.fit.stat


def test_cube_remembers_where_it_comes_from(written, joint):
    attrs = open_cube(written / "cube.nc").attrs
    assert json.loads(attrs["obs_ids"]) == [1001, 1002, 1003, 1004]
    assert AnalysisConfig.from_dict(json.loads(attrs["config"])) == AnalysisConfig.read(
        written / "config.yaml"
    )
    origin = json.loads(attrs["provenance"])
    assert origin["creator"].startswith("Lightpool ")
    assert {"numpy", "astropy", "xarray"} <= set(origin["packages"])
    assert len(origin["files"]) == 4
    assert json.loads(attrs["warnings"]) == json.loads(joint.cube.attrs["warnings"])


def test_cube_without_off_candidates_comes_back(joint, tmp_path):
    bare = joint.cube.isel(off_region=slice(0, 0))
    write_cube(bare, tmp_path / "cube.nc", origin=provenance((), None))
    assert open_cube(tmp_path / "cube.nc").sizes["off_region"] == 0


def strict_json(path):
    def refuse(word):
        raise AssertionError(f"{word} is no JSON")

    return json.loads(path.read_text(), parse_constant=refuse)


def test_summary(written, joint):
    values = strict_json(written / "summary.json")
    assert set(values) == {"observations", "info_table", "fit", "warnings", "timing_s"}
    rows = joint.cube.onoff.table()
    for entry, row, run in zip(values["observations"], rows, joint.observations, strict=True):
        assert entry["obs_id"] == run.obs_id
        assert entry["livetime_s"] == pytest.approx(run.livetime)
        assert entry["n_off_regions"] == int(joint.cube.onoff.n_off_regions.sel(time=rows.index(row)))
        assert entry["counts"] == row["counts"]
        assert entry["zenith_deg"] == pytest.approx(run.zenith)
        assert entry["offset_deg"] == pytest.approx(0.5, abs=0.01)
    assert values["info_table"] == joint.cube.onoff.cumulative()
    assert values["fit"]["success"] is True
    assert values["fit"]["stat"] == joint.fit.stat
    parameters = {entry["name"]: entry for entry in values["fit"]["parameters"]}
    assert set(parameters["index"]) == {"name", "value", "error", "unit", "frozen"}
    assert parameters["index"]["value"] == joint.fit.model["index"].value
    assert parameters["reference"]["frozen"]
    np.testing.assert_array_equal(values["fit"]["covariance"], joint.fit.covariance)
    assert values["warnings"] == list(joint.warnings)
    assert {"read", "reduce", "fit", "flux_points"} <= set(values["timing_s"])


def test_summary_without_a_fit(demo_store, settings, tmp_path):
    from lightpool.analysis import Analysis

    ours = Analysis(demo_store).run(settings.updated(model=None))
    (tmp_path / "out").mkdir()
    write_results(ours, tmp_path / "out")
    assert strict_json(tmp_path / "out" / "summary.json")["fit"] is None
    assert not (tmp_path / "out" / "models.yaml").exists()
    assert not (tmp_path / "out" / "config.yaml").exists()


def test_what_is_not_finite_becomes_null(joint, tmp_path):
    dark = joint.cube.assign(
        acceptance_off=joint.cube["acceptance_off"] * 0, counts_off=joint.cube["counts_off"] * 0
    )
    values = summary(cube=dark, observations=(), fit=None, warnings=(), timing_s={"read": math.inf})
    write_summary(values, tmp_path / "summary.json")
    read = strict_json(tmp_path / "summary.json")
    assert read["info_table"][0]["alpha"] is None
    assert read["timing_s"]["read"] is None
    assert read["observations"][0]["zenith_deg"] is None


def test_flux_points_fits(written, joint):
    with fits.open(written / "flux_points.fits") as hdus:
        assert [hdu.name for hdu in hdus] == ["PRIMARY", "FLUXPOINTS", "GTI"]
        assert hdus[1].header["SED_TYPE"] == "likelihood"
        assert hdus[1].header["UL_CONF"] == 0.9544997
        assert len(hdus["GTI"].data) == 4
        assert hdus[1].columns["ref_dnde"].unit == "TeV-1 s-1 cm-2"
        assert hdus[1].data["stat_scan"].shape == (4, 11)
        assert hdus[1].data["counts"].shape == (4, 4)
    table = QTable.read(written / "flux_points.fits", hdu="FLUXPOINTS")
    for name in ("norm", "norm_ul", "stat_scan", "counts", "npred_excess", "ts"):
        np.testing.assert_array_equal(table[name], joint.points[name])
    np.testing.assert_array_equal(table["dnde"].to_value("TeV-1 s-1 cm-2"), joint.points["dnde"])
    np.testing.assert_allclose(table["norm_scan"][0], np.geomspace(0.2, 5, 11))
    assert not table["success"][0]
    assert str(table["reason"][0]) == joint.points["reason"][0] != ""


def test_flux_points_of_one_row_keep_their_vectors(stacked, tmp_path):
    write_flux_points(stacked.points, tmp_path / "fp.fits", observations=stacked.observations)
    with fits.open(tmp_path / "fp.fits") as hdus:
        assert hdus[1].header[f"TDIM{hdus[1].columns.names.index('counts') + 1}"] == "(1)"
        assert Table.read(hdus[1])["counts"].shape == (4, 1)


def texts(column):
    """Return the texts of a column; ECSV knows no difference between an empty one and none."""
    return [text or "" for text in column.tolist()]


def test_flux_points_ecsv(written, joint):
    table = QTable.read(written / "flux_points.ecsv")
    assert table.meta["SED_TYPE"] == "likelihood"
    assert table.meta["UL_CONF"] == 0.9544997
    for name in ("e_ref", "ref_eflux", "norm", "norm_errn", "sqrt_ts", "counts", "dnde_ul"):
        column = table[name]
        values = column.value if hasattr(column, "unit") and column.unit else column
        np.testing.assert_array_equal(np.asarray(values), joint.points[name])
    assert table["dnde"].unit == "TeV-1 s-1 cm-2"
    assert table["success"].tolist() == joint.points["success"].tolist()
    assert texts(table["reason"]) == joint.points["reason"].tolist()


def test_ecsv_text_with_quotes(joint, tmp_path):
    data = joint.points.data.copy()
    data["reason"] = ("point", np.array(['a "b" c', "", "#d", "e, f"]))
    write_flux_points_ecsv(type(joint.points)(data, joint.points.model), tmp_path / "fp.ecsv")
    assert texts(QTable.read(tmp_path / "fp.ecsv")["reason"]) == ['a "b" c', "", "#d", "e, f"]


def test_level_and_method_of_limits_come_back(joint, tmp_path):
    three = type(joint.points)(joint.points.data, joint.points.model, ul_sigma=3.0, ul_method="rolke")
    write_flux_points(three, tmp_path / "fp.fits", observations=())
    write_flux_points_ecsv(three, tmp_path / "fp.ecsv")
    assert fits.getheader(tmp_path / "fp.fits", "FLUXPOINTS")["UL_CONF"] == 0.9973002
    for name in ("fp.fits", "fp.ecsv"):
        again = read_flux_points(tmp_path / name)
        assert (again.ul_sigma, again.ul_method) == (3.0, "rolke")


def test_parameters(written, joint):
    table = QTable.read(written / "parameters.ecsv")
    model = joint.fit.model
    assert list(table["name"]) == list(model.names)
    assert list(table["value"]) == list(model.values)
    assert list(table["unit"].filled("")) == [p.unit for p in model.parameters]
    assert np.isnan(table["errn"]).all()
    assert table.meta["MODEL"] == "PowerLawSpectralModel"


def test_other_models_and_other_radii(demo_store, settings, tmp_path):
    models = (
        ("plain", PowerLaw()),
        ("curved", LogParabola()),
        ("held", PowerLaw(amplitude=0).freeze("amplitude")),
    )
    asked = settings.updated(
        compare=CompareSettings(models, n_toys=3, seed=7),
        radii=(0.05, 0.11, 1.5),
        minos=True,
        flux_points=None,
    )
    outcome = Analysis(demo_store).run(asked)
    outcome.write(tmp_path / "out")
    plain = compare(outcome.cube, dict(models), n_toys=3, seed=7)
    table = QTable.read(tmp_path / "out" / "comparison.ecsv")
    assert table.meta["VERDICT"] == plain.verdict == outcome.comparison.verdict
    assert list(table["model"]) == [score.name for score in plain.scores]
    np.testing.assert_array_equal(table["p_value"], [score.p_value for score in plain.scores])
    np.testing.assert_array_equal(table["aic"], [score.aic for score in plain.scores])
    said = json.loads((tmp_path / "out" / "summary.json").read_text())["comparison"]
    assert said["verdict"] == plain.verdict
    assert [row["p_value"] is None for row in said["models"]] == [math.isnan(s.p_value) for s in plain.scores]

    scan = scan_radius_with(outcome.observations, settings.reduction, RADII)
    table = QTable.read(tmp_path / "out" / "radius_scan.ecsv")
    assert table["radius"].unit == "deg"
    for name in ("counts", "background", "excess", "excess_error", "sqrt_ts", "n_runs"):
        np.testing.assert_array_equal(table[name], getattr(scan, name))
    assert np.isnan(table["sqrt_ts"][-1])

    table = QTable.read(tmp_path / "out" / "parameters.ecsv")
    errors = [minos_errors(outcome.cube, outcome.fit, name) for name in ("index", "amplitude")]
    np.testing.assert_array_equal(list(zip(table["errn"], table["errp"], strict=True))[:2], errors)


def test_models(written, joint):
    (source,) = read_models(written / "models.yaml")
    assert source.name == "crab"
    assert source.spectral == joint.fit.model
    assert source.spectral["amplitude"].error == joint.fit.model["amplitude"].error
    np.testing.assert_array_equal(source.spectral.covariance, joint.fit.covariance)
