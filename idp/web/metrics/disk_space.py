"""Reserves disk space for the counters of a process, before it counts.

The library writes to a file that is mapped into memory. If the disk is full by then, the system ends the process
(SIGBUS), and with it every request that it serves. Blocks that are taken beforehand are refused by an OSError instead.
"""

import os
import sys
from pathlib import Path
from threading import Lock

FIRST = 1 << 16
"""The bytes that the library begins a file with. It doubles them when they are used."""
AHEAD = 1 << 15
"""The bytes that must be free: each of 8 threads may begin to count a route, and a route takes less than 4 KiB."""
_TAKING = Lock()


def reserve() -> None:
    """Reserve space for another route. Raises OSError if the disk is full."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder is None:
        return
    own = Path(folder, f"histogram_{os.getpid()}.db")
    with _TAKING:
        if own.exists():
            _reserve(own)
            return
        begun = own.with_suffix(".new")  # a scrape that reads all files must find no empty one
        try:
            _reserve(begun)
            begun.rename(own)
        finally:
            begun.unlink(missing_ok=True)


def _reserve(path: Path) -> None:
    with path.open("a+b") as file:
        size = max(os.fstat(file.fileno()).st_size, FIRST)
        used = int.from_bytes(os.pread(file.fileno(), 4, 0), sys.byteorder)
        os.posix_fallocate(file.fileno(), 0, size if used + AHEAD <= size else 2 * size)
