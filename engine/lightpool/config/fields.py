"""Field types of the configuration: quantities as text with a unit, UTC times, names."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, StrictBool, StrictInt

from lightpool.errors import SettingsError
from lightpool.times import from_utc
from lightpool.units import to_float

Flag = StrictBool
Count = StrictInt


def _quantity(unit: str, kind: str) -> BeforeValidator:
    def read(value: Any) -> float:
        # In a file a bare number could be in any unit, so only text with a unit will do there.
        if isinstance(value, (bool, int, float)):
            raise SettingsError("this has no unit", found=repr(value), expected=f"{kind} such as '1 {unit}'")
        if not isinstance(value, str) and not hasattr(value, "to_value"):
            raise SettingsError(f"this is not {kind}", found=repr(value), expected=f"text such as '1 {unit}'")
        return to_float(value, unit, name="this")

    return BeforeValidator(read)


def _with_unit(unit: str) -> PlainSerializer:
    return PlainSerializer(lambda value: f"{value!r} {unit}", return_type=str)


def _utc(value: Any) -> str:
    text = value.utc.isot if hasattr(value, "isot") else str(value)
    from_utc(text, name="this")
    return text


def _text(value: Any) -> Any:
    """Return a path or a number that a name may look like as text; leave the rest to be refused."""
    if hasattr(value, "__fspath__"):
        return value.__fspath__()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _as_list(value: Any) -> Any:
    """Return one entry as a list of one, nothing as an empty list."""
    if value is None:
        return []
    return [value] if isinstance(value, (str, int)) or hasattr(value, "isot") else value


#: TeV inside, text such as ``500 GeV`` outside.
Energy = Annotated[float, _quantity("TeV", "an energy"), _with_unit("TeV")]
#: deg inside, text such as ``6.6 arcmin`` outside.
Angle = Annotated[float, _quantity("deg", "an angle"), _with_unit("deg")]
#: s inside, text such as ``15 min`` outside.
Duration = Annotated[float, _quantity("s", "a duration"), _with_unit("s")]
#: UTC, kept as it was written.
Utc = Annotated[str, BeforeValidator(_utc)]
Text = Annotated[str, BeforeValidator(_text)]

UtcList = Annotated[
    tuple[Utc, ...], BeforeValidator(_as_list), PlainSerializer(lambda times: list(times) or None)
]
ObsIds = Annotated[tuple[int, ...], BeforeValidator(_as_list)]
