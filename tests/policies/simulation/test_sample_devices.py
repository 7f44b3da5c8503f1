"""The list of devices to try rules on: its labels are true, and it tells what a text misses."""

import pytest

from idp.policies import user_agents
from idp.policies.access.facts import of_user_agent
from idp.policies.simulation.sample_devices import SAMPLE_DEVICES, missed_and_hit, named
from idp.policies.user_agents import Client, Form, Platform

WORDS = {
    "iPhone": ("platform", {Platform.IOS}),
    "iPad": ("platform", {Platform.IPADOS}),
    "Android": ("platform", {Platform.ANDROID}),
    "Mac,": ("platform", {Platform.MACOS}),
    "Windows": ("platform", {Platform.WINDOWS}),
    "Linux": ("platform", {Platform.LINUX}),
    "Android phone": ("form", {Form.PHONE}),
    "Android tablet": ("form", {Form.TABLET}),
    "whether it is a phone": ("form", {Form.PHONE, Form.TABLET}),
    "Android TV": ("form", {Form.TV}),
    "search engine": ("form", {Form.BOT}),
    "inside an app": ("client", {Client.WEB_VIEW}),
    ", Safari": ("browser", {"Safari"}),
    ", Chrome": ("browser", {"Chrome"}),
    ", Firefox": ("browser", {"Firefox"}),
}


@pytest.mark.parametrize("device", SAMPLE_DEVICES, ids=lambda it: it.slug)
def test_every_label_says_what_the_header_is_understood_as(device):
    facts = of_user_agent(user_agents.parse(device.user_agent), device.touch_points)
    label = device.label.replace("passes for an Android phone", "")
    for words, (fact, members) in WORDS.items():
        if words in label:
            assert getattr(facts, fact) == members, words


def test_short_names_are_each_of_one_device():
    assert len({it.slug for it in SAMPLE_DEVICES}) == len(SAMPLE_DEVICES)
    assert named("pixel-chrome").label == "Android phone, Chrome"
    assert named("amiga") is None


def test_mobile_misses_tablets_and_hits_a_tv_and_a_bot():
    missed, hit = missed_and_hit("mobile")
    assert {"iPad, Safari (looks like a Mac)", "Android tablet, Chrome"} <= set(missed)
    assert {"Android TV, inside an app (says Mobile)", "A search engine that passes for an Android phone"} == set(hit)


def test_a_text_that_nothing_holds_misses_every_phone_and_hits_nothing():
    missed, hit = missed_and_hit("no such words")
    assert (len(missed) > 9, hit) == (True, ())


def test_a_text_that_every_header_holds_misses_no_phone_and_hits_every_computer():
    missed, hit = missed_and_hit("Mozilla")
    assert missed == ()
    assert {"Mac, Safari", "Windows, Chrome", "Linux, Firefox"} <= set(hit)
