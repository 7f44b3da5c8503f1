"""Asks PyPI, by pip-audit, whether a locked package has a known hole: python -m tests.scanning.dependencies.

A hole fails. Where nobody could be asked (no network, or an index that knows of no holes) a line says so and nothing
fails: whoever builds without a network must still be able to. Whether the index knows of holes at all is found out
first, by asking about a release that is known to have some.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.scanning import locked

WITH_HOLES = {"pyyaml": "5.3"}  # CVE-2020-1747, CVE-2020-14343
LOCKS = ("requirements.txt", "requirements-otel.txt", "requirements-dev.txt")
LONGEST_ANSWER = 5
LONGEST_WAIT = 120


@dataclass(frozen=True)
class Verdict:
    """`holes` are sentences, one for each; `unasked` says what could not be asked, and why."""

    holes: tuple[str, ...] = ()
    unasked: str = ""


def audit(packages, ask):
    """Ask about these packages: versions by names. `ask` is `at_pypi`, or what a test puts in its place."""
    if not judge(ask(WITH_HOLES)).holes:
        return Verdict(unasked="no index that knows of holes could be reached")
    return judge(ask(packages))


def judge(report):
    """Judge what pip-audit wrote."""
    try:
        dependencies = json.loads(report)["dependencies"]
    except ValueError:
        return Verdict(unasked="the index broke off")
    holes = [
        f"{it['name']} {it['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no release yet'}"
        for it in dependencies
        for hole in it.get("vulns", ())
    ]
    skipped = [it["name"] for it in dependencies if "skip_reason" in it]
    return Verdict(tuple(holes), f"the index does not know {', '.join(skipped)}" if skipped else "")


def at_pypi(packages, **environment):
    """Return pip-audit's report, or nothing if it came to none in time."""
    with tempfile.TemporaryDirectory() as folder:
        pins = Path(folder) / "pins.txt"
        pins.write_text("".join(f"{name}=={version}\n" for name, version in packages.items()), encoding="utf-8")
        words = ["-r", str(pins), "--disable-pip", "--no-deps", "-f", "json", "--progress-spinner", "off"]
        command = [sys.executable, "-m", "pip_audit", *words, "--timeout", str(LONGEST_ANSWER)]
        try:
            done = subprocess.run(
                command,
                env={**os.environ, **environment},
                capture_output=True,
                text=True,
                timeout=LONGEST_WAIT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return ""
    return done.stdout


def main():
    packages = {name: version for lock in LOCKS for name, version in locked.packages(lock).items()}
    verdict = audit(packages, at_pypi)
    for hole in verdict.holes:
        sys.stdout.write(f"A locked package has a known hole: {hole}\n")
    if verdict.unasked:
        sys.stdout.write(f"WARNING: known holes of locked packages were not looked for: {verdict.unasked}.\n")
    elif not verdict.holes:
        sys.stdout.write(f"{len(packages)} locked packages, no known hole.\n")
    return bool(verdict.holes)


if __name__ == "__main__":
    sys.exit(main())
