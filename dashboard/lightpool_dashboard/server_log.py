"""Where a kernel of our server says what went wrong: in the server's log, not in the visitor's browser."""

from __future__ import annotations

import io
import logging
import os
import sys


def log_to_server() -> None:
    """Send the log of this process, and its warnings, to the standard error it was started with.

    A kernel replaces its standard error by one that is sent to the browser, where nobody would look for
    it and everybody could.
    """
    try:
        # A kernel's answers with the file that it has taken the place of.
        stream = os.fdopen(os.dup(sys.stderr.fileno()), "w", buffering=1, encoding="utf-8", errors="replace")
    except (OSError, io.UnsupportedOperation):
        return
    handler = logging.StreamHandler(stream)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(logging.Formatter("[page] %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.captureWarnings(True)
    # What a closing page still says to widgets that are gone.
    logging.getLogger("Comm").setLevel(logging.ERROR)
