from __future__ import annotations

import numpy as np
import pytest

import lightpool as lp
from lightpool.errors import SettingsError
from lightpool.plot_data import counts_image, field_of_view
from lightpool.sky import separation


@pytest.fixture(scope="module")
def figure(runs, cube, excluded):
    return lp.figures.sky_figure(runs, cube, exclusion=excluded)


def circles(line):
    """Return the circles of a curve: what lies between its gaps."""
    x, y = line.get_data()
    ends = np.flatnonzero(np.isnan(y))
    return [np.array(part)[:, :-1] for part in np.split(np.array([x, y]), ends + 1, axis=1) if part.size]


def texts(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_the_image_holds_every_count_and_east_is_left(figure, runs, cube):
    axes, view = figure.axes[0], field_of_view(cube)
    (image,) = axes.get_images()
    shape = (round(view.width / 0.05),) * 2
    expected = counts_image(
        runs, (view.lon, view.lat), width=view.width, height=view.width, n=shape[0], energy=(0.1, 40)
    )
    assert image.get_array().shape == shape
    assert expected.counts.sum() > 0
    np.testing.assert_array_equal(image.get_array(), expected.counts)
    np.testing.assert_allclose(image.get_extent(), [*view.lon_range, *view.lat_range])
    assert image.origin == "lower"
    west_to_east = axes.get_xlim()
    assert west_to_east[0] > west_to_east[1]
    assert axes.get_ylim()[0] < axes.get_ylim()[1]
    assert axes.get_aspect() == pytest.approx(1 / np.cos(np.radians(view.lat)))
    assert axes.get_xlabel() == "Right ascension [deg]"
    assert axes.get_ylabel() == "Declination [deg]"
    assert [a.get_xlabel() for a in axes.child_axes] == ["Counts per 0.05° pixel, 0.1 – 40 TeV"]


def test_on_off_rejected_and_excluded_circles_are_those_of_the_cube(figure, cube, artist):
    axes = figure.axes[0]
    reason, obs_id = cube["off_reason"].values, cube["off_obs_id"].values
    assert (reason != "").any()
    wanted = {f"off {k}": (reason == "") & (obs_id == k) for k in cube["obs_id"].values}
    for name, chosen in {**wanted, "rejected": reason != ""}.items():
        off = cube.isel(off_region=np.flatnonzero(chosen))
        drawn = circles(artist(axes, name))
        assert len(drawn) == chosen.sum()
        for (lon, lat), *of in zip(
            drawn, off["off_lon"].values, off["off_lat"].values, off["off_radius"].values, strict=True
        ):
            np.testing.assert_allclose(separation(of[0], of[1], lon, lat), of[2])
    for name, lon0, lat0, radius in (("on", 83.633, 22.0144, 0.11), ("excluded", 83.2, 22.5, 0.1)):
        ((lon, lat),) = circles(artist(axes, name))
        np.testing.assert_allclose(separation(lon0, lat0, lon, lat), radius)


def test_every_run_has_its_own_colour_and_symbol_at_its_pointing(figure, cube, artist):
    axes = figure.axes[0]
    styles = set()
    for k, lon, lat in zip(
        *(cube[n].values for n in ("obs_id", "pointing_lon", "pointing_lat")), strict=True
    ):
        symbol = artist(axes, f"pointing {k}")
        np.testing.assert_allclose(symbol.get_xydata(), [[lon, lat]])
        assert artist(axes, f"off {k}").get_color() == symbol.get_color()
        styles |= {symbol.get_color(), symbol.get_marker()}
        assert f"OFF and pointing, {k}" in texts(figure)
    assert len(styles) == 2 * cube.sizes["time"]


def test_the_legend_names_reasons_and_exclusions_and_nothing_is_cut(figure, runs, cube, excluded, draw):
    rejected = int((cube["off_reason"].values != "").sum())
    assert texts(figure)[0] == "ON"
    assert texts(figure)[-2:] == [
        f"{rejected} rejected: overlaps an excluded region",
        "excluded: here not",
    ]
    for each in (figure, lp.figures.sky_figure(runs, cube, exclusion=excluded, column="double")):
        draw(each)
        width, height = each.get_size_inches()
        box = each.get_tightbbox()
        assert min(box.x0, box.y0) > 0
        assert box.x1 < width
        assert box.y1 < height


def test_many_runs_share_one_entry(runs, cube, draw):
    many = range(8)
    rows = [k % cube.sizes["time"] for k in many]
    crowd = cube.isel(time=rows)
    crowd = crowd.assign_coords(obs_id=("time", [1000 + k for k in many]))
    off = crowd.isel(off_region=[]) if "off_region" in crowd.dims else crowd
    figure = lp.figures.sky_figure(runs, off)
    assert "OFF and pointing, 8 runs" in texts(figure)
    assert not any("1000" in text for text in texts(figure))
    draw(figure)


def test_a_mask_is_drawn_as_its_outline(runs, cube, draw):
    mask = lp.ExclusionMask.from_circles(
        [lp.circle(84.2, 21.5, 0.3)], lon=83.6, lat=22.0, pixel=0.02, npix=200
    )
    figure = lp.figures.sky_figure(runs, cube, exclusion=mask)
    (contour,) = [c for c in figure.axes[0].collections if c.get_gid() == "mask exclusion mask"]
    (path,) = contour.get_paths()
    distance = separation(84.2, 21.5, *path.vertices.T)
    assert np.abs(distance - 0.3).max() < 0.03  # two pixels
    assert texts(figure)[-1] == "excluded: exclusion mask"
    draw(figure)


def test_a_mask_or_circle_out_of_view_is_not_in_the_legend(runs, cube):
    far = lp.circle(10.0, -60.0, 0.3)
    mask = lp.ExclusionMask.from_circles([far], lon=10.0, lat=-60.0)
    figure = lp.figures.sky_figure(runs, cube, exclusion=[far, mask])
    assert not any("excluded" == text[:8] for text in texts(figure))


def test_a_point_like_region_is_a_cross(runs, cube, artist, draw):
    point = cube.assign_coords(region_radius=0 * cube["region_radius"])
    figure = lp.figures.sky_figure(runs, point)
    cross = artist(figure.axes[0], "on points")
    assert cross.get_marker() == "+"
    np.testing.assert_allclose(cross.get_xydata(), [[83.633, 22.0144]])
    draw(figure)


def test_a_field_across_zero_hours_stays_in_one_piece(runs, cube, artist):
    turn = {name: (cube[name] - 83.633) % 360 for name in ("pointing_lon", "region_lon", "off_lon")}
    figure = lp.figures.sky_figure(runs, cube.assign_coords(turn))
    axes = figure.axes[0]
    east, west = axes.get_xlim()
    assert 0 < east - west < 20
    lon = artist(axes, "rejected").get_xdata()
    assert west < lon.min() < lon.max() < east
    assert axes.xaxis.get_major_formatter()(-1.0) == "359"


def test_a_stacked_cube_has_no_regions(runs, cube):
    with pytest.raises(SettingsError, match=r"keeps no OFF regions\. Give the cube from before stacking"):
        lp.figures.sky_figure(runs, lp.stack(cube))
