"""Logos as operators upload them."""

import struct
import zlib

from idp.branding.logos import PNG_SIGNATURE

SHAPE = '<path d="M0 0h40v20z" fill="#0b4f8a"/>'


def svg(inner=SHAPE, attributes='viewBox="0 0 40 20"', before=""):
    return f'{before}<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{inner}</svg>'.encode()


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def a_png_without_a_size():
    return PNG_SIGNATURE + chunk(b"IHDR", b"") + chunk(b"IEND", b"")


def a_png(width=40, height=20, extra=b"", pixels=None):
    rows = pixels or b"".join(b"\0" + b"\0" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return PNG_SIGNATURE + chunk(b"IHDR", head) + extra + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
