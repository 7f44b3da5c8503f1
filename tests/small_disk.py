"""A disk of a few MiB, in memory, which can be filled to the last byte. Whoever is not root mounts it by `sudo`."""

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]
SERVERS_USER = pwd.getpwnam("postgres").pw_uid if os.geteuid() == 0 else os.geteuid()
"""As whom PostgreSQL runs here: it refuses to run as root."""
SIZES = 1 << 20, 1 << 12, 1


class Disk:
    """What is mounted on `folder`."""

    def __init__(self, folder):
        self.folder, self._ballast = folder, folder / "ballast"

    def fill(self):
        """Leave not a byte."""
        with self._ballast.open("wb", buffering=0) as ballast:
            for size in SIZES:
                with suppress(OSError):
                    while ballast.write(bytes(size)) == size:
                        pass

    def clear(self):
        """Make room again."""
        self._ballast.unlink()


@contextmanager
def small_disk(megabytes):
    """Mount one as long as the block lasts. It belongs to whom PostgreSQL runs as, and root may write to it too."""
    folder = Path(tempfile.mkdtemp(prefix="latchkey-disk-"))
    options = f"size={megabytes}m,mode=0700,uid={SERVERS_USER}"
    subprocess.run([*AS_ROOT, "mount", "-t", "tmpfs", "-o", options, "none", str(folder)], check=True)
    try:
        yield Disk(folder)
    finally:
        subprocess.run([*AS_ROOT, "umount", "-l", str(folder)], check=True)
        shutil.rmtree(folder)
