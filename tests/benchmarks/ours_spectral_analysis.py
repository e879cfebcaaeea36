"""The spectral-analysis tutorial with Lightpool: four Crab runs to ten flux points. Argument: the store."""

import sys

import lightpool as lp

store = lp.DataStore(sys.argv[1])
rgb_j0521 = lp.circle("183.604 deg", "-8.708 deg", "0.5 deg", frame="galactic")
cube = lp.reduce(
    store.select(obs_id=[23523, 23526, 23559, 23592]),
    on_region=lp.circle("83.63 deg", "22.01 deg", "0.11 deg"),
    energy=lp.energy_edges("0.1 TeV", "40 TeV", per_decade=10),
    energy_true=lp.energy_edges("0.05 TeV", "100 TeV", per_decade=20),
    exclusion=[lp.ExclusionMask.from_circles([rgb_j0521], lon=83.63, lat=22.01)],
)
result = lp.fit(cube, lp.ExpCutoffPowerLaw(index=2, amplitude=1e-12, lambda_=0.1))
points = lp.flux_points(cube, result.model, lp.energy_edges("0.7 TeV", "30 TeV", n=10))
print(f"stat {result.stat:.2f}, index {result.model['index'].value:.4f}, first point {points['dnde'][0]:.3e}")
