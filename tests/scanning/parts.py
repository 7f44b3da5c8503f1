"""Writes the bill of materials (SBOM, CycloneDX) of what runs: python -m tests.scanning.parts FILE."""

import subprocess
import sys
from pathlib import Path

from idp.conf import ROOT


def write(path):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    words = ["requirements", "requirements.txt", "--pyproject", "pyproject.toml", "--output-reproducible"]
    command = [sys.executable, "-m", "cyclonedx_py", *words, "--of", "JSON", "-o", str(path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)


if __name__ == "__main__":
    write(sys.argv[1])
