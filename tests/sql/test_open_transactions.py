from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import connection, connections, transaction

from idp.agents.models import Agent
from idp.sql import open_transactions


def seen_from_outside():
    def look():
        try:
            return open_transactions.longest()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(look).result()


def test_a_transaction_is_seen_from_outside_once_it_has_written_and_until_its_end(transactional_db, agent):
    with transaction.atomic():
        before = seen_from_outside()
        Agent.objects.update(full_name="Ana")
        during = seen_from_outside()
    assert before == seen_from_outside() == timedelta(0)
    assert (during > timedelta(0)) == (connection.vendor == "postgresql")
