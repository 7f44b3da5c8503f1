"""The life of a key in the database: next, active, retired, and never a signature by a key that is not published."""

import random
from contextlib import suppress
from datetime import timedelta
from functools import cache

import pytest
from django.db import IntegrityError, transaction

from idp.keys import certificates, keyring
from idp.keys.change import OutOfOrder, Step
from idp.keys.models import SigningKey, State, Use
from idp.saml import key_change, names, signing_keys
from idp.saml.errors import UnusableKey
from idp.saml.metadata import published
from idp.saml.models import ServiceProvider
from tests.conftest import NOW
from tests.web.seeded import a_service

DAY = timedelta(days=1)
RSA, EC, TOKEN = Use.SAML, Use.SAML_EC, Use.TOKEN
EC_SERVICE = {"profile": "generic", "signature_algorithm": names.ECDSA_SHA256}


@cache
def spare():
    """One RSA pair more, drawn once: drawing takes a while."""
    return certificates.make_saml_key("Acme SAML signing", NOW)


@pytest.fixture
def flex(db, keys):
    return a_service()


@pytest.fixture
def wiki(flex):
    return a_service("wiki", "JQ" + "2" * 32, name="Wiki", profile="generic")


@pytest.fixture
def blog(flex):
    """A service that takes ECDSA, with the key for it."""
    sp = a_service("blog", "JQ" + "3" * 32, name="Blog", **EC_SERVICE)
    signing_keys.ensure(NOW)
    return sp


def the(state, use=RSA):
    return SigningKey.objects.filter(use=use, state=state).first()


def certificate_to(sp):
    """What a Response to a service is signed with now."""
    return signing_keys.key_for(ServiceProvider.objects.get(pk=sp.pk), NOW).certificate


def test_a_prepared_key_is_published_at_once_and_signs_nothing(flex):
    active = certificate_to(flex)
    assert key_change.prepare(RSA, NOW) == State.NEXT
    assert published.certificates(NOW) == (active, the("next").certificate)
    assert certificate_to(flex) == active


def test_one_connection_is_switched_and_the_others_are_not(flex, wiki):
    active = certificate_to(wiki)
    key_change.prepare(RSA, NOW)
    key_change.switch(RSA, ["flex"])
    assert certificate_to(flex) == the("next").certificate
    assert certificate_to(wiki) == active


def test_a_connection_can_be_switched_back(flex):
    active = certificate_to(flex)
    key_change.prepare(RSA, NOW)
    key_change.switch(RSA, ["flex"])
    key_change.switch_back(RSA, ["flex"])
    assert certificate_to(flex) == active


def test_an_operator_is_shown_the_certificate_that_the_connection_needs(flex):
    from idp.saml.connecting.console import values_for

    key_change.prepare(RSA, NOW)
    key_change.switch(RSA, ["flex"])
    typed = dict(values_for(ServiceProvider.objects.get(), NOW))
    assert typed["X.509 Certificate"] == the("next").certificate.strip()


def test_the_next_key_becomes_active_for_every_connection(flex, wiki):
    key_change.prepare(RSA, NOW)
    old, new = the("active"), the("next")
    key_change.switch(RSA, ["flex", "wiki"])
    key_change.activate(RSA, NOW)
    assert (the("active").kid, the("retired").kid, the("next")) == (new.kid, old.kid, None)
    assert the("retired").retired_at == NOW
    assert not ServiceProvider.objects.exclude(key=None).exists()
    assert certificate_to(flex) == certificate_to(wiki) == new.certificate


def test_a_retired_key_is_published_for_a_week_and_then_no_longer(flex):
    key_change.prepare(RSA, NOW)
    old = the("active").certificate
    key_change.switch(RSA, ["flex"])
    key_change.activate(RSA, NOW)
    assert old in published.certificates(NOW + 7 * DAY - timedelta(microseconds=1))
    assert published.certificates(NOW + 7 * DAY) == (the("active").certificate,)


def test_activation_waits_for_every_connection_that_is_switched_on(flex, wiki):
    key_change.prepare(RSA, NOW)
    key_change.switch(RSA, ["flex"])
    with pytest.raises(OutOfOrder, match="Wiki"):
        key_change.activate(RSA, NOW)
    ServiceProvider.objects.filter(pk=wiki.pk).update(enabled=False)
    key_change.activate(RSA, NOW)


def test_a_connection_that_was_switched_off_uses_the_new_key_once_active(flex, wiki):
    ServiceProvider.objects.filter(pk=wiki.pk).update(enabled=False)
    key_change.prepare(RSA, NOW)
    key_change.switch(RSA, ["flex", "wiki"])
    key_change.activate(RSA, NOW)
    assert certificate_to(wiki) == the("active").certificate


def test_a_next_key_that_no_connection_uses_can_be_discarded(flex, wiki):
    key_change.prepare(RSA, NOW)
    ServiceProvider.objects.filter(pk=wiki.pk).update(enabled=False)
    key_change.switch(RSA, ["wiki"])
    key_change.discard(RSA, NOW)
    assert the("next") is None
    assert certificate_to(wiki) == the("active").certificate


def test_a_next_key_in_use_cannot_be_discarded(flex):
    key_change.prepare(RSA, NOW)
    key_change.switch(RSA, ["flex"])
    with pytest.raises(OutOfOrder, match="Flex"):
        key_change.discard(RSA, NOW)
    assert certificate_to(flex) == the("next").certificate


def test_no_connection_is_switched_to_a_key_that_cannot_sign(flex):
    key_change.prepare(RSA, NOW)
    SigningKey.objects.filter(state="next").update(certificate=spare().certificate)
    with pytest.raises(OutOfOrder) as refused:
        key_change.switch(RSA, ["flex"])
    assert refused.value.instead == Step.DISCARD
    assert ServiceProvider.objects.get().key_id is None


def test_the_database_allows_one_next_key_of_each_use(flex):
    row = keyring.draw(TOKEN, NOW)
    row.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        keyring.draw(TOKEN, NOW).save()


# ECDSA


def test_a_service_that_uses_ecdsa_gets_signatures_by_an_ecdsa_key(flex, blog):
    assert certificate_to(blog) == the("active", EC).certificate
    assert published.certificates(NOW) == (the("active").certificate, the("active", EC).certificate)


def test_no_ecdsa_certificate_is_published_if_no_service_uses_it(flex):
    published.certificates(NOW)
    assert the("active", EC) is None


def test_a_key_for_ecdsa_is_published_before_a_service_that_wants_it_signs_anybody_in(flex):
    a_service("blog", "JQ" + "3" * 32, name="Blog", **EC_SERVICE)
    assert the("active", EC) is None
    assert published.certificates(NOW)[-1] == the("active", EC).certificate


def test_the_first_key_of_a_kind_is_active_as_soon_as_it_is_made(flex):
    assert key_change.prepare(EC, NOW) == State.ACTIVE
    assert published.certificates(NOW)[1] == the("active", EC).certificate


def test_a_change_of_one_kind_of_key_leaves_the_other_kind_unchanged(flex, blog):
    key_change.prepare(EC, NOW)
    with pytest.raises(OutOfOrder, match="flex"):
        key_change.switch(EC, ["flex"])
    key_change.switch(EC, ["blog"])
    key_change.activate(EC, NOW)
    assert SigningKey.objects.filter(use=RSA).get().state == State.ACTIVE
    assert certificate_to(blog) == the("active", EC).certificate


def test_a_service_that_changes_to_ecdsa_during_a_key_change_still_gets_signatures(flex, wiki):
    key_change.prepare(RSA, NOW)
    key_change.switch(RSA, ["flex", "wiki"])
    ServiceProvider.objects.filter(pk=wiki.pk).update(signature_algorithm=names.ECDSA_SHA256)
    assert certificate_to(wiki) in published.certificates(NOW)
    key_change.switch_back(RSA, ["flex"])
    key_change.discard(RSA, NOW)
    assert not ServiceProvider.objects.exclude(key=None).exists()


def test_a_choice_of_an_earlier_key_change_has_no_effect(flex):
    """A form that was open meanwhile may write an old choice back."""
    key_change.prepare(RSA, NOW)
    stale = the("next")
    key_change.discard(RSA, NOW)
    ServiceProvider.objects.update(key=stale)
    assert certificate_to(flex) == the("active").certificate
    key_change.prepare(RSA, NOW)
    assert [it.switched for it in key_change.standing(RSA).connections] == [False]


# Tokens


def test_a_token_key_is_changed_without_connections_and_the_old_one_stays_trusted(flex):
    old = keyring.active(TOKEN, NOW)
    key_change.prepare(TOKEN, NOW)
    key_change.activate(TOKEN, NOW)
    assert keyring.active(TOKEN, NOW).kid != old.kid
    assert keyring.find(TOKEN, old.kid, retired_after=NOW - 7 * DAY) == old
    assert old.kid in {it.kid for it in keyring.published(TOKEN, NOW)}


# Any order


def hold_true(at, leaves_at):
    """What is so at every moment."""
    for use in Use:
        states = list(SigningKey.objects.filter(use=use).values_list("state", flat=True))
        assert states.count(State.NEXT) <= 1
        assert states.count(State.ACTIVE) == (1 if states else 0)
    shown = published.certificates(at)
    for sp in ServiceProvider.objects.all():
        assert signing_keys.key_for(sp, at).certificate in shown
        assert sp.key is None or sp.key.state == State.NEXT
    assert {it for it, until in leaves_at.items() if at < until} <= set(shown)


def one_of(chance, at):
    """A step as an operator may try it, in its turn or not."""
    (step,) = chance.choices([*Step], weights=[3 if it == Step.SWITCH else 1 for it in Step])
    use = chance.choice([EC, EC, TOKEN])
    slugs = [slug for slug, how_often in {"blog": 0.5, "news": 0.5, "flex": 0.1}.items() if chance.random() < how_often]
    return key_change.take(step, use, at, slugs)


@pytest.mark.parametrize("seed", range(6))
def test_every_key_that_signs_is_published_in_any_order_of_steps(flex, blog, seed):
    chance, leaves_at = random.Random(seed), {}
    a_service("news", "JQ" + "4" * 32, name="News", **EC_SERVICE)
    for nth in range(100):
        at, before = NOW + nth * DAY / 2, the("active", EC)
        with suppress(OutOfOrder):
            one_of(chance, at)
        if the("active", EC).kid != before.kid:
            leaves_at[before.certificate] = at + 7 * DAY
        if chance.random() < 0.1:
            ServiceProvider.objects.filter(slug="news").update(enabled=chance.random() < 0.5)
        hold_true(at, leaves_at)
    assert leaves_at, "no key was ever activated on this walk"


# Trying out


def test_a_test_of_every_key_in_use_finds_a_broken_one(flex, blog):
    signing_keys.try_out(NOW)
    SigningKey.objects.filter(use=EC).update(certificate=spare().certificate)
    with pytest.raises(UnusableKey):
        signing_keys.try_out(NOW)


def test_a_broken_next_key_blocks_no_sign_in_until_a_connection_is_switched_to_it(flex):
    key_change.prepare(RSA, NOW)
    SigningKey.objects.filter(state="next").update(certificate=spare().certificate)
    signing_keys.try_out(NOW)
    ServiceProvider.objects.update(key=the("next"))
    with pytest.raises(UnusableKey):
        signing_keys.try_out(NOW)


def test_an_expired_certificate_still_signs(flex):
    later = certificates.expires_at(the("active").certificate) + DAY
    assert signing_keys.key_for(flex, later).certificate == the("active").certificate
    signing_keys.try_out(later)
