"""A fit in a line of words: its free parameters with errors, as one would say them."""

from __future__ import annotations

import math

from lightpool.plot_data import FitRow, FitSummary

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def fit_in_words(fit: FitSummary) -> str:
    """Return the free parameters, such as ``index 2.42 ± 0.12 · ...``, and whether the fit failed."""
    free = [f"{row.name.rstrip('_')} {value_in_words(row)}" for row in fit.rows if not row.frozen]
    health = [] if fit.success else ["not converged"]
    # A line breaks between parameters only.
    return " · ".join(text.replace(" ", "\u00a0") for text in [*free, *health])


def raised(power: int) -> str:
    """Return a power as it stands after its 10: raised."""
    return str(power).translate(_RAISED)


def value_in_words(row: FitRow) -> str:
    """Return value and error of a parameter, a common power of ten in front of neither.

    Examples
    --------
    >>> value_in_words(FitRow("amplitude", "4.69e-11", "2.9e-12", "cm-2 s-1 TeV-1", False))
    '(4.69 ± 0.29)·10⁻¹¹'
    >>> value_in_words(FitRow("index", "2.42", "0.12", "", False))
    '2.42 ± 0.12'
    >>> value_in_words(FitRow("amplitude", "1e-25", "3.1e-16", "cm-2 s-1 TeV-1", False))
    '(0.0 ± 3.1)·10⁻¹⁶'
    """
    if "e" not in row.value:
        return f"{row.value} ± {row.error}" if row.error else row.value
    if row.error and abs(float(row.value)) < 0.1 * float(row.error) < math.inf:
        # Nothing but the error has digits that mean something.
        digits, power = f"{float(row.error):.1e}".split("e")
        return f"({float(row.value) / 10.0 ** int(power):.1f} ± {digits})·10{raised(int(power))}"
    mantissa, power = row.value.split("e")
    tail = f"·10{raised(int(power))}"
    if not row.error:
        return mantissa + tail
    decimals = len(mantissa.partition(".")[2])
    error = float(row.error) / 10.0 ** int(power)
    if not math.isfinite(error):
        return mantissa + tail
    return f"({mantissa} ± {error:.{decimals}f}){tail}"
