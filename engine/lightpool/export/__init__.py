"""Results as files, one writer a file."""

from lightpool.export.directory import check_output, output_directory

__all__ = ["check_output", "output_directory"]
