"""Pages that differ from the first picture in every way that counts."""

from __future__ import annotations

from lightpool_dashboard.inputs import ParameterChoice

CRAB = "Crab Nebula (simulated)"

CASES = {
    "as it opens": {},
    "stacked": {"stacked": True},
    "another place, circle and axis": {
        "position": (83.7, 22.1),
        "radius": 0.17,
        "energy_min": 0.3,
        "energy_max": 33.0,
        "bins_per_decade": 7,
    },
    "a run left out": {"left_out": (1002,)},
    "no exclusion": {"exclusion": ()},
    "two excluded circles": {
        "exclusion": ((83.6, 22.5, 0.2, 'a "name"'), (84.1, 21.6, 0.1, "</script>"), (10, 10, 1, ""))
    },
    "few reflected regions": {"n_off": 2},
    "wobble": {"background": "wobble"},
    "many wobble regions": {"background": "wobble", "n_off": 5, "stacked": True},
    "no safe mask": {"safe_mask": ()},
    "every safe mask": {
        "safe_mask": ("aeff-default", "aeff-max", "edisp-bias", "offset-max"),
        "aeff_percent": 25.0,
        "bias_percent": 5.0,
        "offset_max": 2.0,
    },
    "a threshold": {"threshold": 0.9, "safe_mask": ("bkg-peak",)},
    "a fit range": {"fit_min": 0.8, "fit_max": 20.0},
    "half a fit range": {"fit_max": 8.0, "stacked": True},
    "frozen and limited": {
        "parameters": (
            ParameterChoice("index", 2.1, None, 1.0, 3.0),
            ParameterChoice("lambda_", 0.07, True),
            ParameterChoice("reference", 2.0),
            ParameterChoice("amplitude", None, None, 0.0),
        )
    },
    "freed": {"parameters": (ParameterChoice("alpha", None, False, 0.3, 3.0),)},
    "log parabola": {"model": "log-parabola"},
    "power law with few wide points": {
        "model": "power-law",
        "points_min": 0.5,
        "points_max": 50.0,
        "points_n": 5,
        "ul_sigma": 3.0,
        "ul_method": "rolke",
    },
    "uncertain alpha": {"alpha_systematic": 2.0, "ul_method": "bounded"},
    "a source that is not there": {"target": "Empty field (simulated)", "ul_method": "feldman-cousins"},
}
