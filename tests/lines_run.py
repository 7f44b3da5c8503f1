"""Measures work without a clock, which on a busy machine says little."""

import sys


def lines_run(act):
    """Count the lines of Python that a function runs, each turn of a loop anew."""
    count, before = 0, sys.gettrace()

    def trace(_frame, event, _argument):
        nonlocal count
        count += event == "line"
        return trace

    sys.settrace(trace)
    try:
        act()
    finally:
        sys.settrace(before)
    return count
