"""The earlier edition with Lightpool: other bins, a power law, joint and stacked. Argument: the store."""

import sys

import lightpool as lp

rgb_j0521 = lp.circle("183.604 deg", "-8.708 deg", "0.5 deg", frame="galactic")
cube = lp.reduce(
    lp.DataStore(sys.argv[1]).select(obs_id=[23523, 23526, 23559, 23592]),
    on_region=lp.circle("83.63 deg", "22.01 deg", "0.11 deg"),
    energy=lp.energy_edges("0.1 TeV", "40 TeV", n=40),
    energy_true=lp.energy_edges("0.05 TeV", "100 TeV", n=200),
    exclusion=[lp.ExclusionMask.from_circles([rgb_j0521], lon=83.63, lat=22.01)],
    containment_correction=False,
)
start = lp.PowerLaw(index=2, amplitude=2e-11)
result = lp.fit(cube, start)
points = lp.flux_points(cube, result.model, lp.energy_edges("0.7 TeV", "30 TeV", n=10))
stacked = lp.fit(lp.stack(cube), start)
print(f"stat {result.stat:.2f} joint, {stacked.stat:.2f} stacked, first norm {points['norm'][0]:.3f}")
