"""A value is read once for each version; no request gets a value that was never committed."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from idp.branding.models import Brand
from idp.errors import LostRace
from idp.login.flow.transactions import in_transaction
from idp.saml.models import Listening
from idp.versions import version
from idp.versions.cached import Cached
from idp.versions.models import Version
from idp.versions.version import Part
from tests.conftest import NOW


@pytest.fixture
def names():
    """The names of all brands, cached; `names.asked` counts how often they were read."""
    names = Cached(lambda: (names.asked.append(1), sorted(Brand.objects.values_list("name", flat=True)))[1])
    names.asked = []
    return names


def a_brand(name):
    return Brand.objects.create(service=name.lower(), name=name)


def elsewhere(act):
    """Do something by another thread, which has a connection of its own."""

    def done():
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        return other.submit(done).result()


def test_a_cached_value_is_read_once_while_nothing_changes(db, names, django_assert_num_queries):
    a_brand("Acme")
    assert names() == ["Acme"]
    with django_assert_num_queries(1):
        assert names() == ["Acme"]
    a_brand("Beta")
    assert names() == ["Acme", "Beta"]
    assert len(names.asked) == 2


def test_a_request_asks_for_the_version_once(db, names, django_assert_num_queries):
    names()
    with django_assert_num_queries(1), version.pinned():
        assert names() == names() == []


def test_a_request_does_not_reuse_the_version_of_the_former_one(db, names):
    with version.pinned():
        names()
    a_brand("Acme")
    with version.pinned():
        assert names() == ["Acme"]


def test_background_work_asks_for_the_version_itself(transactional_db, names):
    with version.pinned():
        assert names() == []
        beside = copy_context()
        a_brand("Acme")
        assert elsewhere(lambda: beside.run(names)) == ["Acme"]


def test_a_change_by_another_connection_counts_at_the_next_request(transactional_db, names):
    with version.pinned():
        assert names() == []
        elsewhere(lambda: a_brand("Acme"))
        assert names() == []  # one request, one version
    with version.pinned():
        assert names() == ["Acme"]


def test_a_change_that_is_rolled_back_has_no_effect(transactional_db, names):
    assert names() == []
    with transaction.atomic():
        a_brand("Acme")
        assert names() == ["Acme"]
        transaction.set_rollback(True)
    assert names() == []
    with transaction.atomic():
        a_brand("Beta")
        assert names() == ["Beta"]
    assert names() == ["Beta"]


def test_a_change_in_a_savepoint_that_is_rolled_back_has_no_effect(transactional_db, names):
    with transaction.atomic():
        a_brand("Acme")
        assert names() == ["Acme"]
        with transaction.atomic():
            a_brand("Beta")
            assert names() == ["Acme", "Beta"]
            transaction.set_rollback(True)
        assert names() == ["Acme"]
    assert names() == ["Acme"]


def test_a_request_that_rolls_back_its_own_change_caches_nothing_of_it(transactional_db, names):
    """The request keeps its version afterwards, so its value must not be cached under that version."""
    with version.pinned():
        version.ask()
        with transaction.atomic():
            a_brand("Acme")
            names()
            transaction.set_rollback(True)
    assert names() == []


def test_an_uncommitted_change_is_invisible_to_other_requests(transactional_db, names):
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.fail("the tests need a file, which several connections share")
    with transaction.atomic():
        a_brand("Acme")
        assert names() == ["Acme"]
        assert elsewhere(names) == []
        assert names() == ["Acme"]
    assert elsewhere(names) == ["Acme"]


def test_a_change_that_is_committed_while_a_value_is_read_is_not_missed(transactional_db):
    def read():
        found = Brand.objects.count()
        if not found:
            elsewhere(lambda: a_brand("Acme"))
        return found

    count = Cached(read)
    assert count() == 0
    assert count() == 1


def test_threads_read_the_current_value_while_another_changes_it(transactional_db, names):
    """Whoever begins after a change was committed gets it, or what came after it."""
    written, stale, over = [0], [], threading.Event()

    def look():
        while not over.is_set():
            least = written[0]
            with version.pinned():
                if len(names()) < least:
                    stale.append(least)
        connection.close()

    with ThreadPoolExecutor(3) as readers:
        for _ in range(3):
            readers.submit(look)
        for nth in range(1, 21):
            a_brand(f"Brand {nth}")
            written[0] = nth
        over.set()
    assert stale == []
    assert len(names()) == 20


def test_a_sign_in_that_lost_a_race_runs_again_with_the_new_configuration(transactional_db, names):
    runs = []

    def sign_in():
        runs.append(names())
        if len(runs) == 1:
            raise LostRace

    names()
    with version.pinned():
        version.ask()
        elsewhere(lambda: a_brand("Acme"))
        in_transaction(sign_in)
    assert runs == [[], ["Acme"]]


def test_two_operators_who_write_in_opposite_order_both_succeed(transactional_db):
    """One writes brand and key, the other key and brand: the row of their part of the version puts them in a line."""
    a_brand("Acme")
    Listening.objects.create(begun_at=NOW, until=NOW)
    brand, ear = Brand.objects.filter(name="Acme"), Listening.objects.all()
    first_has_begun, done = threading.Event(), []

    def write(name, *rows):
        with transaction.atomic():
            for it in rows:
                it.update(**({"colour": name} if it.model is Brand else {"until": NOW}))
                first_has_begun.set()
                time.sleep(0.05)
        done.append(name)
        connection.close()

    with ThreadPoolExecutor(2) as operators:
        operators.submit(write, "#8f1414", brand, ear)
        first_has_begun.wait(5)
        operators.submit(write, "#0b5a2a", ear, brand)
    assert (done, brand.get().colour) == (["#8f1414", "#0b5a2a"], "#0b5a2a")


def test_without_a_version_nothing_is_cached(db, names):
    Version.objects.filter(pk=Part.CONFIGURATION).delete()
    assert names() == names() == []
    assert len(names.asked) == 2
    a_brand("Acme")  # writes the row again
    assert names() == names() == ["Acme"]
    assert len(names.asked) == 3


def test_a_version_never_repeats(db, names, tmp_path):
    a_brand("Acme")
    dump = tmp_path / "edited.json"
    call_command("dumpdata", "branding", "versions", output=str(dump))
    assert names() == ["Acme"]
    dump.write_text(dump.read_text().replace("Acme", "Beta"))
    call_command("loaddata", str(dump), verbosity=0)
    assert names() == ["Beta"]


def test_an_error_is_not_cached_and_the_number_of_values_is_limited(db):
    asked = []

    def read(name):
        asked.append(name)
        if name.startswith("unknown"):
            raise LookupError
        return name

    cached = Cached(read, most=3)
    for nth in (1, 2, 3, 3, 1):
        assert cached(str(nth)) == str(nth)
    for _ in range(2):
        with pytest.raises(LookupError):
            cached("unknown")
    assert asked == ["1", "2", "3", "unknown", "unknown"]
    cached("4")  # one too many: it begins anew
    cached("1")
    assert asked[5:] == ["4", "1"]


def test_the_last_cached_value_is_available_without_the_database(db, names, django_assert_num_queries):
    a_brand("Acme")
    names()
    a_brand("Beta")
    with django_assert_num_queries(0):
        assert names.last() == ["Acme"]
