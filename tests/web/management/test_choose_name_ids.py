"""Workers that Flex has already are kept for many agents at once, by a file."""

import pytest
from django.core.management import CommandError

from idp.audit.models import Kind, LoginEvent
from idp.saml.models import SubjectName
from tests.conftest import an_agent
from tests.web.commands import run

pytestmark = pytest.mark.each_database


@pytest.fixture
def two(db):
    return an_agent(), an_agent("+12015550102", "ben@acme.example")


@pytest.fixture
def choose(tmp_path):
    def typed(*rows, headings="Email,Name ID", more=()):
        file = tmp_path / "workers.csv"
        file.write_text("\n".join([headings, *rows]), encoding="utf-8")
        return run("choose_name_ids", str(file), *more)

    return typed


def names():
    return dict(SubjectName.objects.current().values_list("agent__email", "value"))


def test_each_agent_gets_the_name_of_the_worker_that_is_there(two, choose):
    said, _ = choose("ANA@acme.example,ana.old", "ben@acme.example,ben.old")
    assert names() == {"ana@acme.example": "ana.old", "ben@acme.example": "ben.old"}
    assert said.strip() == "Set: 2, unchanged: 0."
    assert LoginEvent.objects.filter(kind=Kind.NAME_CHOSEN).count() == 2


def test_the_same_file_again_changes_nothing(two, choose):
    choose("ana@acme.example,ana.old")
    assert choose("ana@acme.example,ana.old")[0].strip() == "Set: 0, unchanged: 1."


def test_a_dry_run_chooses_nothing(two, choose):
    said, _ = choose("ana@acme.example,ana.old", more=["--dry-run"])
    assert (said.strip(), names()) == ("Would be set: 1, unchanged: 0.", {})
    assert not LoginEvent.objects.filter(kind=Kind.NAME_CHOSEN).exists()


@pytest.mark.parametrize(
    "row",
    [
        "eve@acme.example,eve",
        "ben@acme.example,",
        "ben@acme.example",
        ",ben",
        "ben@acme.example,Ben García",
        "ben@acme.example,ANA.old",
        "Ana@acme.example,other",
    ],
)
def test_one_row_with_a_problem_leaves_all_as_they_were(two, choose, row):
    with pytest.raises(CommandError, match="Nothing was set"):
        choose("ana@acme.example,ana.old", row)
    assert names() == {}


def test_a_name_that_flex_got_is_fixed(two, choose, keys):
    ana, _ = two
    SubjectName.of(ana, None)
    SubjectName.objects.update(told=True)
    with pytest.raises(CommandError, match="Nothing was set"):
        choose("ana@acme.example,ana.old")


@pytest.mark.parametrize("headings", ["Email", "Email,Name,Roles", "Email,Name ID,name_id"])
def test_a_file_without_the_two_columns_says_which_it_lacks(two, choose, headings):
    with pytest.raises(CommandError, match="Name ID"):
        choose("ana@acme.example,ana.old", headings=headings)
