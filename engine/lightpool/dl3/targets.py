"""Which runs looked at the same object, however the files spell its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches

import numpy as np

from lightpool.errors import DataError
from lightpool.sky import separation

_SAME_PLACE = 0.05  # deg
_NO_TARGET = {"offdata", "off", "custom", "none", "unknown", ""}


def plain_name(name: str) -> str:
    """Return a name without case, blanks and punctuation; a plus stays, it tells +30 from -30.

    Examples
    --------
    >>> plain_name("PKS 2155-304") == plain_name("pks2155_304")
    True
    """
    return "".join(c for c in name.casefold() if c.isalnum() or c == "+")


class Targets:
    """The objects of a store.

    Parameters
    ----------
    obs_id : ndarray, shape (runs,)
    object_, target : sequence of str, shape (runs,)
        OBJECT and TARGET_NAME of the index.
    lon, lat : ndarray, shape (runs,), deg
        RA_OBJ and DEC_OBJ, NaN where unknown.

    Notes
    -----
    Runs are of one object if its position agrees within 0.05 deg, or, without positions, its spelling
    but for case, blanks and punctuation. The object is shown under TARGET_NAME where that names one,
    without its bracketed remark, else under its commonest OBJECT.
    """

    def __init__(
        self,
        obs_id: np.ndarray,
        object_: Sequence[str],
        target: Sequence[str],
        lon: np.ndarray,
        lat: np.ndarray,
    ) -> None:
        self._obs_id, self._spellings = obs_id, [(object_[i], target[i]) for i in range(len(obs_id))]
        groups = self._group(object_, lon, lat)
        self.by_name: dict[str, tuple[int, ...]] = {}
        self.name_of: dict[int, str] = {}
        self._aliases: dict[str, tuple[int, ...]] = {}
        taken: set[str] = set()
        # The object with the most runs has the first right to a name.
        for rows in sorted(groups, key=len, reverse=True):
            name = self._name(rows, taken)
            taken.add(plain_name(name))
            ids = tuple(int(obs_id[i]) for i in rows)
            self.by_name[name] = ids
            self.name_of.update(dict.fromkeys(ids, name))
            spellings = [name, *(object_[i] for i in rows)]
            for alias in (*spellings, *(spelling.split("(")[0] for spelling in spellings)):
                self._aliases.setdefault(plain_name(alias), ids)
        for label in dict.fromkeys(target):
            same = tuple(int(obs_id[i]) for i in range(len(obs_id)) if target[i] == label)
            self._aliases.setdefault(plain_name(label), same)

    def find(self, name: str) -> tuple[int, ...]:
        """Return the runs of an object under any of its spellings.

        Raises
        ------
        DataError
            If there is none; it names the nearest spellings.
        """
        key = plain_name(name)
        if key and key in self._aliases:
            return self._aliases[key]
        by_key = {plain_name(n): n for n in (*self.by_name, *(o for o, _ in self._spellings)) if n}
        near = get_close_matches(key, list(by_key), n=3, cutoff=0.5)
        known = [by_key[k] for k in near] or list(self.by_name)[:5]
        raise DataError(
            "no run has this target",
            found=repr(name),
            remedy=f"{'Did you mean' if near else 'There are'} {', '.join(repr(n) for n in known)}"
            + ("?" if near else " and others" if len(self.by_name) > 5 else ""),
        )

    @staticmethod
    def _group(object_: Sequence[str], lon: np.ndarray, lat: np.ndarray) -> list[list[int]]:
        groups: list[list[int]] = []
        for i, name in enumerate(object_):
            for rows in groups:
                j = rows[0]
                if np.isfinite(lon[i] + lat[i] + lon[j] + lat[j]):
                    same = bool(separation(lon[i], lat[i], lon[j], lat[j]) < _SAME_PLACE)
                else:
                    same = plain_name(name) == plain_name(object_[j])
                if same:
                    rows.append(i)
                    break
            else:
                groups.append([i])
        return groups

    def _name(self, rows: list[int], taken: set[str]) -> str:
        labels = {self._spellings[i][1].split("(")[0].strip() for i in rows}
        label = labels.pop() if len(labels) == 1 else ""
        if plain_name(label) not in _NO_TARGET | taken:
            return label
        spelt = Counter(self._spellings[i][0] for i in rows).most_common()
        names = [name for name, _ in spelt if plain_name(name) not in _NO_TARGET | taken]
        if names:
            return names[0]
        base = spelt[0][0] or "unnamed"
        return base if plain_name(base) not in taken else f"{base} ({self._obs_id[rows[0]]})"
