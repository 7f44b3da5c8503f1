"""Which step of a change of key comes when, and what is said about any other."""

import pytest

from idp.keys.change import Connection, OutOfOrder, Standing, Step, check


def flex(*, switched=False, enabled=True):
    return Connection("flex", "Flex", enabled, switched)


def wiki(*, switched=False, enabled=True):
    return Connection("wiki", "Wiki", enabled, switched)


def standing(*connections, prepared=True):
    return Standing(prepared, connections)


@pytest.mark.parametrize(
    ("there", "step"),
    [
        (standing(flex(), prepared=False), Step.PREPARE),
        (standing(flex(), wiki(switched=True)), Step.SWITCH),
        (standing(flex(switched=True), wiki(switched=True)), Step.ACTIVATE),
        (standing(flex(switched=True), wiki(enabled=False)), Step.ACTIVATE),
        (standing(), Step.ACTIVATE),
    ],
    ids=["nothing prepared", "one waits", "all switched", "the one that waits is off", "nobody signed to"],
)
def test_the_next_step_of_a_key_change_is_named_and_allowed(there, step):
    assert there.step == step
    check(step, there, [it.slug for it in there.waiting] if step == Step.SWITCH else ())


@pytest.mark.parametrize(
    ("step", "there", "chosen", "sentence", "instead"),
    [
        (Step.PREPARE, standing(flex()), (), "prepared already", Step.SWITCH),
        (Step.PREPARE, standing(flex(switched=True)), (), "prepared already", Step.ACTIVATE),
        (Step.SWITCH, standing(flex(), prepared=False), ["flex"], "There is no next key.", Step.PREPARE),
        (Step.BACK, standing(flex(), prepared=False), ["flex"], "There is no next key.", Step.PREPARE),
        (Step.ACTIVATE, standing(flex(), prepared=False), (), "There is no next key.", Step.PREPARE),
        (Step.DISCARD, standing(flex(), prepared=False), (), "There is no next key.", Step.PREPARE),
        (Step.SWITCH, standing(flex(), wiki()), ["blog"], "Not signed to with this kind of key: blog", Step.SWITCH),
        (Step.SWITCH, standing(flex(switched=True), wiki()), ["flex"], "next key already: Flex", Step.SWITCH),
        (Step.SWITCH, standing(flex(switched=True)), [], "No connection is left", Step.ACTIVATE),
        (Step.BACK, standing(flex()), ["flex"], "active key already: Flex", Step.SWITCH),
        (Step.BACK, standing(flex()), [], "No connection is left", Step.SWITCH),
        (Step.ACTIVATE, standing(flex(), wiki(switched=True)), (), "active key: Flex", Step.SWITCH),
        (Step.DISCARD, standing(flex(switched=True), wiki()), (), "in use for Flex", Step.BACK),
    ],
)
def test_a_step_out_of_order_is_rejected_and_the_right_one_named(step, there, chosen, sentence, instead):
    with pytest.raises(OutOfOrder) as refused:
        check(step, there, chosen)
    assert sentence in refused.value.sentence
    assert refused.value.instead == instead
    assert refused.value.status == 409


def test_a_service_that_is_switched_off_does_not_block_a_discard():
    check(Step.DISCARD, standing(flex(switched=True, enabled=False), wiki()))


def test_every_refusal_says_what_to_do():
    assert all(OutOfOrder("No.", step).advice.endswith(".") for step in Step)
