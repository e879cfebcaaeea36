"""Pictures of arrays as PNG, small enough to be sent in a message."""

from __future__ import annotations

import struct
import zlib

import numpy as np

from lightpool_dashboard import theme


def png(values: np.ndarray, *, low: float, high: float) -> bytes:
    """Return an image as PNG with the colours of the night sky, square-root stretch.

    Parameters
    ----------
    values : ndarray, shape (ny, nx)
        The first row is the lowest one on the plot.
    low, high : float
        The values at the ends of the colour table.
    """
    stretched = np.sqrt(np.clip((values - low) / max(high - low, 1e-30), 0, 1))
    index = np.rint(np.nan_to_num(stretched) * 255).astype(np.uint8)
    return _encode_png(index[::-1], theme.colour_map())


def palette_png(share: np.ndarray, table: np.ndarray) -> bytes:
    """Return an image in the colours of a table as PNG; NaN is transparent.

    Parameters
    ----------
    share : ndarray, shape (ny, nx), 0 to 1
        Where each pixel lies in the table; the first row is the lowest one on the plot.
    table : ndarray, shape (n, 3), uint8, n at most 255
    """
    n = len(table)
    index = np.where(np.isfinite(share), np.rint(np.nan_to_num(share) * (n - 1)), n).astype(np.uint8)
    colours = np.vstack([table, np.zeros((1, 3), dtype=np.uint8)])
    alpha = np.append(np.full(n, 255), 0).astype(np.uint8)
    return _encode_png(index[::-1], colours, alpha)


def shade_png(opacity: np.ndarray, colour: str) -> bytes:
    """Return an image of one colour as PNG, more or less of it.

    Parameters
    ----------
    opacity : ndarray, shape (ny, nx), 0 to 1
        The first row is the lowest one on the plot; NaN is transparent.
    colour : str
    """
    index = np.rint(np.clip(np.nan_to_num(opacity), 0, 1) * 255).astype(np.uint8)
    table = np.tile(np.array(theme.rgb(colour), dtype=np.uint8), (256, 1))
    return _encode_png(index[::-1], table, np.arange(256, dtype=np.uint8))


def _encode_png(index: np.ndarray, table: np.ndarray, alpha: np.ndarray | None = None) -> bytes:
    """Return an 8-bit palette image; PNG specification, sections 5 and 11."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width = index.shape
    raw = np.hstack([np.zeros((height, 1), np.uint8), index]).tobytes()
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
        + chunk(b"PLTE", table.tobytes())
        + (b"" if alpha is None else chunk(b"tRNS", alpha.tobytes()))
        + chunk(b"IDAT", zlib.compress(raw, 1))
        + chunk(b"IEND", b"")
    )
