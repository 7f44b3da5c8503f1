"""The outcome of each fault, in mutmut's own files: `mutmut show NAME` and `mutmut browse` read them too."""

import sys
from fnmatch import fnmatch
from pathlib import Path

from mutmut.__main__ import walk_mutatable_files
from mutmut.mutation.data import SourceFileMutationData

KILLED, SURVIVED, NO_TESTS, TIMED_OUT, BROKEN, NOT_TRIED = 1, 0, 33, 36, 35, None  # as mutmut writes them
MEANINGS = {
    KILLED: "noticed",
    SURVIVED: "not noticed",
    NO_TESTS: "reached by no test",
    TIMED_OUT: "timed out",
    NOT_TRIED: "not tried",
}


def meaning(code):
    return MEANINGS.get(code, MEANINGS[NOT_TRIED])


def modules(folder):
    """List the modules that have faults; their `exit_code_by_key` holds the outcomes by the fault's name."""
    found = [SourceFileMutationData(path=path) for path in sorted(walk_mutatable_files())]
    for it in found:
        it.meta_path = Path(folder, f"{it.path}.meta")
        it.load()
    return [it for it in found if it.exit_code_by_key]


def chosen(names, patterns):
    """List the names that match a pattern, in the order of the patterns."""
    ranks = {name: next((at for at, it in enumerate(patterns) if fnmatch(name, it)), None) for name in names}
    return sorted((it for it in names if ranks[it] is not None), key=ranks.get)


def say(text):
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
