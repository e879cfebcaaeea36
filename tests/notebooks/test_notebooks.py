"""The tutorials, as a reader runs them: on simulated data and on the public release, figure by figure."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "notebooks"
TUTORIALS = (
    "spectral_analysis",
    "yaml_interface",
    "time_resolved_spectroscopy",
    "ring_background",
    "labelled_cubes",
    "your_own_data",
)
N_FIGURES = {
    "spectral_analysis": 8,
    "yaml_interface": 3,
    "time_resolved_spectroscopy": 3,
    "ring_background": 3,
}


class Run:
    """A notebook that has been executed, and what its names stood for at the end.

    Parameters
    ----------
    name : str
    store : Path
        What the notebook finds.
    asked : dict of str to str
        Expressions, evaluated after the last cell; their values have to be plain.
    """

    def __init__(self, name: str, store: Path, asked: dict[str, str]) -> None:
        notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
        values = ", ".join(f"{key!r}: {text}" for key, text in asked.items())
        question = (
            "import json\nimport numpy as np\n"
            f"print(json.dumps({{{values}}}, default=lambda v: np.asarray(v).tolist()))"
        )
        notebook.cells.append(nbformat.v4.new_code_cell(question))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("LIGHTPOOL_DATA", str(store))
            patch.setenv("MPLBACKEND", "agg")
            NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
        self.outputs = [out for cell in notebook.cells[:-1] for out in cell.get("outputs", ())]
        self.values = json.loads(notebook.cells[-1].outputs[-1].text)

    @property
    def complaints(self) -> list[str]:
        """What was written to the standard error: warnings, for one."""
        return [out.text for out in self.outputs if out.output_type == "stream" and out.name == "stderr"]

    @property
    def n_figures(self) -> int:
        """How many pictures the cells show."""
        return sum("image/png" in out.get("data", {}) for out in self.outputs)


def executed(name: str, store: Path, asked: dict[str, str]) -> dict:
    """Run a notebook; it shows its figures and does not complain. Return the values asked for."""
    run = Run(name, store, asked)
    assert run.complaints == []
    assert run.n_figures == N_FIGURES.get(name, 0)
    return run.values


@pytest.fixture(scope="session")
def release(data_root) -> Path:
    """Return the path of the public release."""
    return data_root / "hess-dl3-dr1"


def test_every_notebook_is_known_here():
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == {*TUTORIALS, "dashboard"}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ipynb")), ids=lambda path: path.stem)
def test_stored_without_outputs_for_any_kernel(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert notebook.metadata["kernelspec"]["name"] == "python3"
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    assert max(len(cell.source.splitlines()) for cell in code) <= 40


@pytest.mark.parametrize("name", TUTORIALS)
def test_the_readme_leads_to_it(name):
    assert f"(notebooks/{name}.ipynb)" in (ROOT / "README.md").read_text(encoding="utf-8")


SPECTRUM = {
    "runs": "list(runs.obs_ids)",
    "growth": "[[row['counts'], row['counts_off'], row['excess'], row['sqrt_ts']] for row in growth]",
    "joint": "joint.stat",
    "stacked": "stacked.stat",
    "best": "[joint.model[name].value for name in ('index', 'amplitude', 'lambda_')]",
    "errors": "[joint.model[name].error for name in ('index', 'amplitude', 'lambda_')]",
    "dnde": "points['dnde'][:9]",
    "is_ul": "bool(points['is_ul'][9])",
    "compared": "{score.name: score.delta_ts for score in comparison.scores if score.nested_in}",
    "of_points": "[points_fit.success, points_fit.model['index'].value]",
}


def test_spectral_analysis_on_simulated_data(demo_path):
    found = executed("spectral_analysis", demo_path, SPECTRUM)
    assert found["runs"] == [1001, 1002, 1003, 1004]
    # The truth of the demo: index 2.3, 4.5e-11, cutoff 1/(10 TeV).
    pulls = (np.array(found["best"]) - [2.3, 4.5e-11, 0.1]) / found["errors"]
    assert np.abs(pulls).max() < 3


@pytest.mark.data
def test_spectral_analysis_as_published(release):
    found = executed("spectral_analysis", release, SPECTRUM)
    assert found["runs"] == [23523, 23526, 23559, 23592]
    counts, counts_off, excess, sqrt_ts = np.transpose(found["growth"])
    assert counts.tolist() == [149, 303, 439, 550]
    assert counts_off.tolist() == [117, 267, 594, 869]
    np.testing.assert_allclose(excess, [139.25, 280.75, 408.774, 512.135], rtol=1e-5)
    np.testing.assert_allclose(sqrt_ts, [20.450, 28.446, 36.176, 40.901], rtol=3e-5)
    assert found["joint"] == pytest.approx(86.12, abs=0.02)
    assert found["stacked"] == pytest.approx(8.16, abs=0.02)
    np.testing.assert_allclose(found["best"], [2.2727, 4.7913e-11, 0.12097], rtol=1e-3)
    np.testing.assert_allclose(found["errors"], [0.1566, 3.60e-12, 0.0538], rtol=1e-2)
    published = [6.950e-11, 2.884e-11, 1.104e-11, 3.462e-12, 8.756e-13]
    published += [5.335e-13, 1.623e-13, 5.214e-14, 1.177e-14]
    np.testing.assert_allclose(found["dnde"], published, rtol=3e-3)
    assert found["is_ul"]
    assert set(found["compared"]) == {"ExpCutoffPowerLaw", "LogParabola"}
    assert found["of_points"][0]
    assert found["of_points"][1] == pytest.approx(found["best"][0], abs=found["errors"][0])


FILE = {
    "runs": "list(outcome.observations.obs_ids)",
    "counts": "[total['counts'], total['counts_off'], int(outcome.fitted.mask_safe.sum())]",
    "total": "f\"{total['background']:.2f} {total['excess']:.1f} {total['sqrt_ts']:.2f}\"",
    "exposure": "f'{float(exposure.min()):.2e} {float(exposure.max()):.2e}'",
    "stat": "[outcome.fit.stat, again.stat]",
    "index": "[outcome.fit.model['index'].value, outcome.fit.model['index'].error]",
    "amplitude": "[outcome.fit.model['amplitude'].value, outcome.fit.model['amplitude'].error]",
    "e_ref": "outcome.points['e_ref']",
    "scan": "[outcome.points['stat_scan'][:, 0], outcome.points['stat_scan'][:, -1]]",
    "read": "len(points)",
    "mask": "mask.exists()",
    "cleaned": "not folder.exists()",
}


def test_the_yaml_interface_on_simulated_data(demo_path):
    found = executed("yaml_interface", demo_path, FILE)
    assert found["runs"] == [1001, 1002, 1003, 1004]
    assert found["stat"][0] == pytest.approx(found["stat"][1], abs=1e-3)
    assert found["index"][0] == pytest.approx(2.65, abs=0.25)
    assert found["cleaned"]
    assert not found["mask"]


@pytest.mark.data
def test_the_yaml_interface_as_published(release):
    found = executed("yaml_interface", release, FILE)
    assert found["runs"] == [23523, 23526, 23559, 23592]
    assert found["counts"] == [427, 581, 18]
    assert found["read"] == 8
    np.testing.assert_allclose(found["index"], [2.676837, 0.1035002], rtol=2e-3)
    np.testing.assert_allclose(found["amplitude"], [4.679478e-11, 4.678684e-12], rtol=2e-3)
    assert [round(e, 3) for e in found["e_ref"]] == [
        1.134, 1.708, 2.572, 3.873, 5.833, 7.929, 10.779, 16.233,
    ]  # fmt: skip
    assert found["exposure"] == "2.90e+07 2.64e+09"
    if not found["mask"]:
        np.testing.assert_allclose(found["stat"], 10.52, atol=0.01)
        return
    assert found["total"] == "25.86 401.1 37.04"
    np.testing.assert_allclose(found["stat"], 10.29, atol=0.01)
    first, last = found["scan"]
    published = [61.061, 137.686, 105.216, 30.617, 35.669, 5.680, 15.247, 2.084]
    np.testing.assert_allclose(first, published, rtol=2e-3)
    published = [323.310, 402.694, 245.371, 190.044, 89.296, 33.974, 34.090, 28.509]
    np.testing.assert_allclose(last, published, rtol=2e-3)


NIGHT = {
    "sizes": "[len(runs), cube.sizes['asked'], cube.sizes['time'], series.sizes['interval']]",
    "second": "float(span)",
    "first": "[float(first.stat), *first.value.sel(parameter=['index', 'amplitude']).values]",
    "first_errors": "first.error.sel(parameter=['index', 'amplitude'])",
    "flux": "[float(first.flux), float(first.flux_err)]",
    "errors": "series.error.sel(parameter='amplitude')",
    "success": "bool(series.success.all())",
    "p_values": "variability.p_value.sel(quantity=['flux', 'index'])",
    "minutes": "float(shortest.doubling) / 60",
    "delta_ts": "compared.delta_ts_sum.sel(model=['LogParabola', 'BrokenPowerLaw'])",
    "rise": "float(one_index.stat.sum() - series.stat.sum())",
}


def test_time_resolved_spectroscopy_on_simulated_data(demo_path):
    found = executed("time_resolved_spectroscopy", demo_path, NIGHT)
    assert found["sizes"] == [15, 24, 35, 24]
    assert found["success"]
    assert found["p_values"][0] < 1e-20
    assert found["rise"] > 0
    # The fastest of the simulated bursts rises with an e-folding time of 5 min.
    assert 2 < found["minutes"] < 15


@pytest.mark.data
def test_time_resolved_spectroscopy_as_published(release):
    found = executed("time_resolved_spectroscopy", release, NIGHT)
    assert found["sizes"] == [21, 24, 34, 24]
    assert found["second"] == pytest.approx(462.0, abs=1e-3)
    assert found["success"]
    stat, index, amplitude = found["first"]
    assert stat == pytest.approx(6.00, abs=0.02)
    assert index == pytest.approx(4.009, rel=1e-3)
    assert amplitude == pytest.approx(1.02e-10, abs=5e-13)
    assert [f"{error:.1e}" for error in found["first_errors"]] == ["3.5e-01", "1.3e-11"]
    np.testing.assert_allclose(found["flux"][0], 3.39200283e-11, rtol=1e-3)
    np.testing.assert_allclose(found["flux"][1], 4.59497703e-12, rtol=1e-2)
    ends = [found["errors"][0], found["errors"][-1]]
    np.testing.assert_allclose(ends, [1.29232722e-11, 4.57917880e-12], rtol=1e-2)
    assert found["p_values"][0] < 1e-80
    assert found["p_values"][1] == pytest.approx(0.016, abs=0.002)
    assert min(found["delta_ts"]) > 30


RING = {
    "n_runs": "len(runs)",
    "counts": "[int(maps.counts.sum()), int(maps.mask_safe.sum()), int(maps.excluded.sum())]",
    "sums": "[float(background), float(maps.counts_off.sum()), float(maps.acceptance_off.sum())]",
    "acceptance": "float(maps.acceptance.sum())",
    "exposure": "f'{float(exposure.min()):.2e} {float(exposure.max()):.2e}'",
    "peak": "[peak.sqrt_ts, peak.excess, peak.lon, peak.lat]",
    "distribution": "[distribution.mean, distribution.std]",
    "searched": "[int(found.excluded.sum()), "
    "bool(found.excluded.values.ravel()[np.nanargmax(found_excess.sqrt_ts.values)])]",
}


def test_ring_background_on_simulated_data(demo_path):
    found = executed("ring_background", demo_path, RING)
    assert found["n_runs"] == 6
    assert found["peak"][0] > 5
    np.testing.assert_allclose(found["peak"][2:], [228.53, -59.16], atol=0.2)
    np.testing.assert_allclose(found["distribution"], [0, 1], atol=0.1)


@pytest.mark.data
def test_ring_background_as_published(release):
    found = executed("ring_background", release, RING)
    assert found["n_runs"] == 20
    assert found["counts"] == [41803, 22500, 1264]
    assert found["sums"][0] == pytest.approx(40671.90, rel=1e-5)
    assert found["sums"][1:] == pytest.approx([87621184, 96374320], rel=1e-6)
    assert found["acceptance"] == pytest.approx(44755, abs=1)
    assert found["exposure"] == "1.15e+09 1.33e+10"
    assert found["peak"][0] == pytest.approx(10.049, abs=0.005)
    np.testing.assert_allclose(found["distribution"], [-0.0107, 1.0112], atol=0.001)
    assert found["searched"][0] > 0
    assert found["searched"][1]


CUBES = {
    "counts": "[int(cube.counts.sum()), total]",
    "grouped": "float(grouped.counts.sum())",
    "sides": "by_side.side",
    "identical": "back.identical(cube)",
}


def test_labelled_cubes_on_simulated_data(demo_path):
    found = executed("labelled_cubes", demo_path, CUBES)
    assert found["counts"][0] == found["counts"][1] == found["grouped"] > 500
    assert sorted(found["sides"]) == ["north", "south"]
    assert found["identical"]


@pytest.mark.data
def test_labelled_cubes_on_the_release(release):
    found = executed("labelled_cubes", release, CUBES)
    assert found["counts"][0] == found["counts"][1] == found["grouped"] > 500
    assert found["identical"]


OWN = {
    "problems": "[problem, lp.DataStore(mine).check().ok]",
    "pulls": "[(result.model[n].value - t) / result.model[n].error for n, t in "
    "(('index', truth.index), ('amplitude', truth.amplitude))]",
    "change": "(point_result.model['amplitude'].value / result.model['amplitude'].value)",
    "point_like": "all(run.is_point_like for run in point_like)",
    "counts": "[float(cube.counts.sum()), float(point_cube.counts.sum())]",
    "page": "[page.state.store, page.state.radius]",
}


def test_your_own_data(demo_path):
    found = executed("your_own_data", demo_path, OWN)
    assert "events" in found["problems"][0].lower() or ".fits" in found["problems"][0]
    assert found["problems"][1]
    assert np.abs(found["pulls"]).max() < 3
    assert found["point_like"]
    # The same events within the same radius: only the OFF regions are others.
    assert found["counts"][0] == found["counts"][1] > 100
    assert found["change"] == pytest.approx(1, abs=0.1)
    assert found["page"] == ["mine", 0.15]


def test_data_that_are_not_where_they_should_be_are_missed(tmp_path):
    """A place that is configured and empty is not passed over in silence."""
    with pytest.raises(CellExecutionError, match="no such directory"):
        executed("labelled_cubes", tmp_path / "nowhere", {})
