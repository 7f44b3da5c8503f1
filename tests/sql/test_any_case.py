"""Texts in any letter case are found by the indexes that keep them unique, on either database."""

import pytest
from django.db import connection

from idp.agents.models import Agent
from idp.saml.models import SubjectName
from tests.conftest import an_agent

pytestmark = pytest.mark.each_database

COLUMNS = [(Agent, "email", "one_agent_of_each_email"), (SubjectName, "value", "a_name_id_is_given_once")]


@pytest.mark.parametrize(("model", "column", "index"), COLUMNS, ids=lambda it: getattr(it, "__name__", it))
def test_a_text_in_any_case_is_found_by_its_index(db, model, column, index):
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            cursor.execute("SET LOCAL enable_seqscan = off")  # so few rows are quicker read than looked up
    assert index in model.objects.filter(**{f"{column}__iexact": "Ana@Acme.example"}).order_by().explain()


@pytest.mark.parametrize("typed", ["ana@acme.example", "Ana@ACME.example"])
def test_an_e_mail_is_the_same_in_any_case_and_means_itself_only(db, typed):
    agent = an_agent(email="Ana@acme.example")
    an_agent("+12015550102", "an_@acme.example")
    assert Agent.objects.get(email__iexact=typed) == agent
    assert not Agent.objects.filter(email__iexact="%@acme.example").exists()
