"""The ``lightpool`` command."""

from lightpool.cli.group import main

__all__ = ["main"]
