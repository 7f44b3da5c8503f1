"""Which phones *everyone out* has ended, in tables that were there before."""

from datetime import timedelta

import pytest

from idp.agents import cutoffs
from idp.agents.models import Device
from tests.agents.former_tables import a_former_phone, tables_of
from tests.conftest import NOW, an_agent

MINUTE = timedelta(minutes=1)


@pytest.mark.long
def test_an_upgrade_keeps_signed_in_whoever_signed_in_after_the_last_everyone_out(transactional_db):
    ana, ben = an_agent(), an_agent("+12015550102", "ben@acme.example")
    with tables_of("0016_plain_labels") as models:
        before, after = a_former_phone(models, ana, NOW - MINUTE), a_former_phone(models, ben, NOW + MINUTE)
        models.get_model("agents", "Cutoff").objects.create(at=NOW, why="lost phones")
    assert [cutoffs.is_ended(Device.objects.get(pk=it.pk)) for it in (before, after)] == [True, False]


@pytest.mark.long
def test_an_upgrade_signs_nobody_out_if_everyone_out_never_happened(transactional_db):
    with tables_of("0016_plain_labels") as models:
        phone = a_former_phone(models, an_agent())
    assert not cutoffs.is_ended(Device.objects.get(pk=phone.pk))
