"""What the slider of a parameter spans, and which value each of its steps stands for."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lightpool.spectra.parameter import Parameter

#: Steps of a slider from end to end.
STEPS = 200


@dataclass(frozen=True)
class Reach:
    """What a slider spans: numbers, or powers of ten.

    The slider itself counts steps, 0 to `STEPS`: one that bore the values would send each back as the
    nearest step, and clip it to its old ends while they move.

    Parameters
    ----------
    low, high : float
        Exponents where `logarithmic`.
    logarithmic : bool
    """

    low: float
    high: float
    logarithmic: bool

    def holding(self, value: float) -> Reach:
        """Return a reach widened, if need be, so that a value lies inside with room around it."""
        at = self._place(value)
        room = max(self.high - self.low, at - self.low, self.high - at) / 4
        return Reach(
            self.low if at >= self.low else at - room,
            self.high if at <= self.high else at + room,
            self.logarithmic,
        )

    def step(self, value: float) -> int:
        """Return the step that is nearest to a value."""
        return round((self._place(value) - self.low) / (self.high - self.low) * STEPS)

    def value(self, step: int) -> float:
        """Return the value at a step, with four digits."""
        at = self.low + step / STEPS * (self.high - self.low)
        return float(f"{10**at if self.logarithmic else at:.4g}")

    def _place(self, value: float) -> float:
        if not self.logarithmic:
            return value
        return math.log10(value) if value > 0 else self.low


def reach_of(parameter: Parameter) -> Reach:
    """Return what the slider of a parameter spans at first.

    Fluxes and energies go by factors; numbers and inverse energies go by steps.
    """
    value, unit = parameter.value, parameter.unit
    if unit and unit != "TeV-1" and value > 0:
        at = math.log10(value)
        return Reach(at - 1.5, at + 1.5, logarithmic=True)
    if unit:
        return Reach(0.0, max(5 * abs(value), 0.1), logarithmic=False)
    return Reach(value - 2.0, value + 2.0, logarithmic=False)
