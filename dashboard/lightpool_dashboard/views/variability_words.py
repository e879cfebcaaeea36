"""How variable a source is, in sentences."""

from __future__ import annotations

import math

import xarray as xr

from lightpool.html import with_error

#: Below this probability a source is said to vary.
VARIES = 0.01


def variability_in_words(numbers: xr.Dataset, quantity: str) -> str:
    """Return the test against a constant, the excess variance and the shortest times of a quantity.

    Parameters
    ----------
    numbers : Dataset
        Of `lightpool.variability` on time-resolved spectra.
    quantity : str
        ``flux`` or a parameter.

    Returns
    -------
    str
        Empty where there are fewer than two values, or no such quantity.
    """
    if quantity not in numbers["quantity"].values:
        return ""
    one = numbers.sel(quantity=quantity)
    row = {str(name): float(one[name]) for name in numbers.data_vars if one[name].dtype.kind in "fi"}
    if not row["dof"] > 0:
        return ""
    parts = [f"χ²/dof {row['chi2']:.1f}/{row['dof']:.0f}, p {_probability(row['p_value'])}"]
    if quantity == "flux":
        if row["fvar"] > 0:
            parts.append(f"F_var {_pair(row['fvar'], row['fvar_err'])}")
        else:
            parts.append("no excess variance")
        # The shortest time of a source that does not vary is that of its errors.
        varies = row["p_value"] < VARIES
        for name, word in (("doubling", "doubles"), ("halving", "halves")):
            if varies and math.isfinite(row[name]):
                parts.append(f"{word} in {_pair(row[name] / 60, row[f'{name}_err'] / 60)} min")
    return f"Constant {quantity}: {'; '.join(parts)}."


def _pair(value: float, error: float) -> str:
    text, spread = with_error(value, error)
    return f"{text} ± {spread}" if spread else text


def _probability(p: float) -> str:
    """Return a probability as it stands after its name.

    Examples
    --------
    >>> _probability(0.0312), _probability(2.4e-9), _probability(0.0)
    ('= 0.031', '= 2e-09', '< 1e-300')
    """
    if p < 1e-300:
        return "< 1e-300"
    return f"= {p:.2g}" if p >= 1e-3 else f"= {p:.0e}"
