"""A short run of what `make weeks` plays at length."""

from datetime import timedelta
from functools import partial

import pytest

from tests.tokens.other_models import OneSlot, PreviousForAWhile
from tests.tokens.tree import Tree
from tests.tokens.weeks import HARSH, ORDINARY, honest_weeks, stolen_weeks

WEEKS = 60
BOTH = pytest.mark.parametrize("network", [ORDINARY, HARSH], ids=["ordinary", "harsh"])


@BOTH
def test_an_honest_phone_is_hardly_ever_asked_for_a_code_and_never_taken_for_a_copy(network):
    uses, codes, alarms = honest_weeks(Tree, network, WEEKS)
    assert uses > 30 * WEEKS
    assert codes < uses / 1000
    assert alarms == 0


@BOTH
def test_a_copy_ends_within_a_week_and_raises_an_alarm(network):
    ends = stolen_weeks(Tree, network, WEEKS)
    assert all(took is not None and took <= 7 * 24 for took, _ in ends)
    assert all(heard for _, heard in ends)


@pytest.mark.parametrize(
    "weaker",
    [partial(Tree, timedelta(0)), PreviousForAWhile, OneSlot],
    ids=["without the quiet minute", "previous token for 30 s", "one slot"],
)
def test_other_ways_to_rotate_do_worse_on_a_bad_network(weaker):
    uses, codes, _ = honest_weeks(weaker, HARSH, 4 * WEEKS)
    assert codes > uses / 1000
