"""Writes the table of the OWASP ASVS: python -m tests.docs.asvs_page > docs/reference/asvs.md."""

import sys
from collections import defaultdict

from tests.asvs.chapters import CHAPTERS, REQUIREMENTS
from tests.asvs.evidence import place
from tests.asvs.requirement import Status
from tests.docs.pages import note, table

TEXT = """# OWASP ASVS

{note}

This page compares Latchkey with the OWASP *Application Security Verification Standard* 5.0.0: all {all} requirements
of levels 1 and 2, by the standard's numbers and in our own words. It is for security reviewers; keep the standard at
hand. This is a self-assessment.

**{met} met, {unmet} not met, {absent} not applicable.** A met requirement names the tests or files that show it, and
the build fails if one of them is gone. A requirement that is not met says why: some are up to you, some follow from
how Flex works, some remain to be done. Level 3 is not assessed.
"""


def page():
    count = {status: sum(it.status is status for it in REQUIREMENTS) for status in Status}
    head = TEXT.format(
        note=note("asvs"),
        all=len(REQUIREMENTS),
        met=count[Status.MET],
        unmet=count[Status.NOT_MET],
        absent=count[Status.NOT_APPLICABLE],
    )
    return "\n".join([head, *(f"## {name}\n\n{chapter(its)}\n" for name, its in CHAPTERS.items())])


def chapter(requirements):
    rows = [(it.id, it.level, it.words, stands(it), cited(it.evidence)) for it in requirements]
    return table("Id", "Level", "In short", "State", "Shown by", rows=rows)


def stands(requirement):
    return f"{requirement.status}: {requirement.why}" if requirement.why else requirement.status


def cited(evidence):
    """Group evidence by file, with a link to each."""
    told = defaultdict(list)
    for it in evidence:
        path, test = place(it)
        told[path] += [test.replace("_", " ")] if test else []
    return "; ".join(f"{'; '.join(tests)} ({link(path)})" if tests else link(path) for path, tests in told.items())


def link(path):
    name = path.rpartition("/")[2]
    return f"[{name}](../../{path})"


if __name__ == "__main__":
    sys.stdout.write(page())
