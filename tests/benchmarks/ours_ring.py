"""The ring background tutorial with Lightpool. Argument: the store."""

import sys

import lightpool as lp
from lightpool.maps import significance_distribution

energy = lp.energy_edges("0.5 TeV", "10 TeV", n=10)
maps = lp.sky_maps(
    lp.DataStore(sys.argv[1]).select(cone=(228.32, -59.08, 2.5)),
    geometry=lp.MapGeometry("228.32 deg", "-59.08 deg", width="3 deg", binsize="0.02 deg"),
    energy=energy,
    energy_true=energy,
    background=lp.RingBackground("0.5 deg", "0.3 deg"),
    exclusion=[lp.circle(228.32, -59.08, 0.4)],
)
excess = lp.excess_map(maps, "0.04 deg")
found = significance_distribution(maps, excess)
peak = float(excess["sqrt_ts"].max())
print(
    f"{int(maps['counts'].sum())} counts, peak {peak:.4f} sigma, outside {found.mean:.4f} +- {found.std:.4f}"
)
