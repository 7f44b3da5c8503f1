"""A disk of a few MiB in memory that can be filled to the last byte. Without root it is mounted by `sudo`."""

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]
SERVERS_USER = pwd.getpwnam("postgres").pw_uid if os.geteuid() == 0 else os.geteuid()
"""The user that PostgreSQL runs as; it refuses to run as root."""
SIZES = 1 << 20, 1 << 12, 1


class Disk:
    """The disk mounted on `folder`."""

    def __init__(self, folder):
        self.folder, self._ballast = folder, folder / "ballast"

    def fill(self, *, leaving=0):
        """Fill it completely, or but for some bytes."""
        with self._ballast.open("wb", buffering=0) as ballast:
            for size in SIZES:
                with suppress(OSError):
                    while ballast.write(bytes(size)) == size:
                        pass
            ballast.truncate(ballast.tell() - leaving)

    def clear(self):
        """Free the space."""
        self._ballast.unlink()


@contextmanager
def small_disk(megabytes):
    """Mount a disk for the `with` block, owned by the user that PostgreSQL runs as."""
    folder = Path(tempfile.mkdtemp(prefix="latchkey-disk-"))
    options = f"size={megabytes}m,mode=0700,uid={SERVERS_USER}"
    subprocess.run([*AS_ROOT, "mount", "-t", "tmpfs", "-o", options, "none", str(folder)], check=True)
    try:
        yield Disk(folder)
    finally:
        subprocess.run([*AS_ROOT, "umount", "-l", str(folder)], check=True)
        shutil.rmtree(folder)
