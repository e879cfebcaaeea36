"""The log file that ``general.log`` asks for."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from lightpool.config.paths import expand
from lightpool.config.sections import Log
from lightpool.errors import SettingsError


@contextmanager
def start_log(settings: Log) -> Iterator[logging.Logger]:
    """Yield the logger of a run; it writes to ``general.log.filename`` if that is set.

    Raises
    ------
    SettingsError
        For a level that does not exist, or a file that cannot be written.
    """
    level = logging.getLevelNamesMapping().get(settings.level.upper())
    if level is None:
        raise SettingsError(
            "no such log level",
            where="general.log.level",
            found=f"'{settings.level}'",
            expected="debug, info, warning, error or critical",
        )
    log = logging.getLogger("lightpool.run")
    log.propagate = False
    log.setLevel(level)
    handler = _handler(settings)
    log.addHandler(handler)
    try:
        yield log
    except Exception as error:
        log.error(str(error))
        raise
    finally:
        log.removeHandler(handler)
        handler.close()


def _handler(settings: Log) -> logging.Handler:
    if settings.filename is None:
        return logging.NullHandler()
    path = expand(settings.filename, where="general.log.filename")
    mode = settings.filemode or "a"
    if mode not in ("a", "w"):
        raise SettingsError(
            "no such file mode", where="general.log.filemode", found=repr(mode), expected="'a' or 'w'"
        )
    try:
        handler = logging.FileHandler(path, mode=mode, encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"the log cannot be written: {error.strerror}", where=str(path)) from None
    style = settings.format or "%(asctime)s %(levelname)s %(message)s"
    try:
        handler.setFormatter(logging.Formatter(style, settings.datefmt))
    except ValueError as error:
        handler.close()
        raise SettingsError("this is no log format", where="general.log.format", found=str(error)) from None
    return handler
