"""The colours of the figures: those of the dashboard, told apart by colour-blind eyes and in grey."""

from __future__ import annotations

#: Mid-tones of the Okabe-Ito hues (Okabe & Ito 2008, Color Universal Design).
BLUE, VERMILION, GREEN = "#2f7fc1", "#d0562b", "#15936b"
PURPLE, AMBER, CYAN, GREY = "#a866b0", "#b07a10", "#2e90b5", "#7c8797"

COUNTS, BACKGROUND, MODEL, THRESHOLD = BLUE, GREY, VERMILION, AMBER
POINTS, LIMITS = BLUE, BLUE

#: Published spectra take turns in colour and in dashes: nothing is told by colour alone.
REFERENCES = (PURPLE, GREEN, AMBER, CYAN, GREY)
DASHES = ((4, 2), (1, 1.2), (6, 1.5, 1, 1.5), (8, 3), (3, 1, 1, 1, 1, 1))

#: The sky is dark, so what is drawn on it is pale.
SKY_STOPS = ("#0b1020", "#1d2350", "#51307d", "#96407f", "#d4654f", "#f0a345")
ON_CIRCLE, EXCLUDED, REJECTED = "#ffffff", "#ffd84d", "#a9b4c4"
RUNS = ("#7cc8ff", "#8ee6a5", "#ffb3d9", "#ffe08a", "#c9b6ff", "#8af0ea")
RUN_MARKERS = ("o", "s", "D", "^", "P", "v")

#: From early to late: it grows lighter, so that grey tells it too.
TIME_STOPS = ("#1d2350", "#51307d", "#96407f", "#d4654f", "#e9a23b")

#: From likely to unlikely.
PROFILE_STOPS = ("#1d2350", BLUE, "#ffffff")
UNKNOWN = "#dcdfe4"
