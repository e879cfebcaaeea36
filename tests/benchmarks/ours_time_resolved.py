"""The time-resolved tutorial with Lightpool: 24 intervals, a power law in each. Argument: the store."""

import sys

import lightpool as lp

cube = lp.reduce(
    lp.DataStore(sys.argv[1]).select(cone=(329.71693826, -30.2255890, 2.0)),
    on_region=lp.circle("329.71693826 deg", "-30.2255890 deg", "0.11 deg"),
    energy=lp.energy_edges("0.4 TeV", "20 TeV", n=10),
    energy_true=lp.energy_edges("0.1 TeV", "40 TeV", n=20),
    intervals=lp.TimeBinning.of_duration("15 min", start="2006-07-29T20:30", stop="2006-07-30T02:30"),
)
fits = lp.time_resolved(cube, lp.PowerLaw(index=3, amplitude=2e-11))
index = fits["value"].sel(parameter="index")
print(f"{fits.sizes['interval']} fits of {cube.sizes['time']} pieces, first index {float(index[0]):.4f}")
