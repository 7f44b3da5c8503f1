"""Looks for secrets that were left in a file, by detect-secrets: python -m tests.scanning.left_secrets.

Each one that was made up on purpose stands in `made_up.json` by a hash: `… --these-are-made-up` writes that file anew,
and whoever reviews the change looks at what was added. Files that held nothing new are not read again until they, or
the list, change.
"""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

from detect_secrets import SecretsCollection
from detect_secrets.settings import transient_settings

from idp.conf import ROOT

MADE_UP = Path(__file__).with_name("made_up.json")
REMEMBERED = ROOT / ".venv" / "without-secrets"
# None of those that tell secrets by how random they look: here are too many digests and certificates for that.
DETECTORS = (
    "AWSKeyDetector",
    "BasicAuthDetector",
    "GitHubTokenDetector",
    "GitLabTokenDetector",
    "JwtTokenDetector",
    "PrivateKeyDetector",
    "SlackDetector",
    "TwilioKeyDetector",
)
# A name such as *password* beside a value: not in tests, where most of them are made up.
BY_NAME = "KeywordDetector"
NOT_READ = (".mo", ".po", ".png", ".webp", ".svg", ".pdf")
LOCKS = "requirements"


def tracked():
    """Return the files that are looked at, each with the number by which Git knows its contents."""
    listed = _git("ls-files", "-z").split("\0")
    paths = [it for it in listed if it and not it.endswith(NOT_READ) and not _is_lock(it) and (ROOT / it).is_file()]
    numbers = _git("hash-object", "--stdin-paths", given="\n".join(paths)).split()
    return dict(zip(paths, numbers, strict=True))


def left(paths, root=ROOT):
    """Return what looks like a secret and was not made up on purpose: path, line, kind."""
    made_up = json.loads(MADE_UP.read_text(encoding="utf-8"))
    return sorted(
        {(path, line, kind) for path, line, kind, mark in scan(paths, root) if mark not in made_up.get(path, ())}
    )


def scan(paths, root=ROOT):
    """Yield what looks like a secret: path, line, kind, and a hash to know it again by."""
    in_tests = [it for it in paths if it.startswith("tests/")]
    elsewhere = [it for it in paths if not it.startswith("tests/")]
    yield from _scan(in_tests, root, DETECTORS)
    yield from _scan(elsewhere, root, (*DETECTORS, BY_NAME))


def _scan(paths, root, detectors):
    with transient_settings({"plugins_used": [{"name": name} for name in detectors]}):
        secrets = SecretsCollection()
        secrets.scan_files(*(str(root / it) for it in paths))
    for path, it in secrets:
        yield (Path.cwd() / path).relative_to(root).as_posix(), it.line_number, it.type, it.secret_hash


def write_made_up(paths):
    made_up = {}
    for path, _, kind, mark in scan(paths):
        made_up.setdefault(path, {})[mark] = kind
    MADE_UP.write_text(json.dumps(made_up, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def main(words):
    files = tracked()
    if words == ["--these-are-made-up"]:
        write_made_up(files)
    judge = hashlib.sha256(MADE_UP.read_bytes() + Path(__file__).read_bytes()).hexdigest()
    names = {path: f"{judge} {number} {path}" for path, number in files.items()}
    clean = set(REMEMBERED.read_text(encoding="utf-8").splitlines()) if REMEMBERED.exists() else set()
    found = left([path for path, name in names.items() if name not in clean])
    for path, line, kind in found:
        told = f"{path}:{line}: this looks like a secret ({kind}). Take it out, and change it wherever it is in use."
        sys.stdout.write(f"{told}\n")
    unclean = {path for path, _, _ in found}
    REMEMBERED.write_text("\n".join(name for path, name in names.items() if path not in unclean), encoding="utf-8")
    return bool(found)


def _is_lock(path):
    return path.startswith(LOCKS) and path.endswith(".txt")


def _git(*words, given=""):
    return subprocess.run(["git", *words], cwd=ROOT, input=given, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
