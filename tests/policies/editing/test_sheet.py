"""The sheet of rules: written and read, kept in the draft as a whole, and refused where somebody else was faster."""

import pytest

from idp.policies.access.conditions import PlatformIs, TextContains
from idp.policies.access.rules import Mode
from idp.policies.editing import rule_rows, sheet
from idp.policies.editing.sheet import Overtaken, Sheet
from idp.policies.models import AccessRule, PolicyRevision
from idp.policies.user_agents import Platform
from tests.policies import publishing

ANDROID = PlatformIs(frozenset({Platform.ANDROID}))


@pytest.fixture
def three(db):
    """Three rules in force and nothing else."""
    publishing.begin_draft().rules.all().delete()
    for name in "ABC":
        publishing.drafted(ANDROID, name=name)
    publishing.publish()
    return sheet.shown()


def names(it=None):
    return "".join(row.name for row in (it or sheet.shown()).rows)


def keyed(it, name):
    return next(str(row.key) for row in it.rows if row.name == name)


def changed(it, letter, **fields):
    return it.with_rule(rule_rows.copy(it.row(keyed(it, letter)), **fields))


def test_a_sheet_that_travels_with_a_page_reads_back_unchanged(three):
    again = Sheet.read(three.write())
    assert again.write() == three.write()
    assert again.policy == three.policy


def test_an_unreadable_row_travels_unchanged(db):
    publishing.broken([{"kind": "moon phase"}])
    shown = sheet.shown()
    assert Sheet.read(shown.write()).rows[-1].conditions == [{"kind": "moon phase"}]


@pytest.mark.parametrize(
    "written",
    [
        "",
        "{",
        "[]",
        "null",
        '{"rules": 5, "default": "allow"}',
        '{"rules": [], "default": "ask_code"}',
        '{"rules": [{}], "default": "allow"}',
        '{"rules": [null], "default": "allow"}',
        "[" * 100_000,
    ],
)
def test_a_text_that_is_no_sheet_is_refused(written):
    with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, the page tells the same
        Sheet.read(written)


@pytest.mark.parametrize(
    ("name", "steps", "after"), [("B", -1, "BAC"), ("B", 1, "ACB"), ("A", -1, "ABC"), ("C", 1, "ABC")]
)
def test_a_rule_moves_past_its_neighbour(three, name, steps, after):
    assert names(three.moved(keyed(three, name), steps)) == after


def test_an_order_that_leaves_rules_out_keeps_them_behind_their_neighbours(three):
    assert names(three.ordered([keyed(three, "C"), keyed(three, "A"), "no such rule"])) == "CAB"


def test_keeping_a_sheet_begins_a_draft_and_changes_nothing_in_force(three):
    assert sheet.keep(three.moved(keyed(three, "C"), -1), three)
    assert (names(), names(Sheet.of(publishing.live()))) == ("ACB", "ABC")


def test_saving_an_unchanged_sheet_begins_no_draft(three):
    assert not sheet.keep(three, three)
    assert not PolicyRevision.objects.draft().exists()


def test_rows_of_a_draft_keep_their_numbers_so_that_their_history_goes_on(three):
    sheet.keep(three.without(keyed(three, "A")), three)
    before = {row.key: row.pk for row in sheet.shown().rows}
    again = sheet.shown()
    sheet.keep(again.moved(keyed(again, "C"), -1), again)
    assert {row.key: row.pk for row in sheet.shown().rows} == before


def test_the_second_operator_reads_what_the_first_changed_and_nothing_is_written(three):
    first = changed(three, "B", name="Bee").with_modes({keyed(three, "A"): Mode.OFF})
    sheet.keep(first, three)
    with pytest.raises(Overtaken) as refused:
        sheet.keep(three.without(keyed(three, "C")), three)
    told = [it.sentence for it in refused.value.changes]
    assert told == ["“A” is off, was on", "“B” is now called “Bee”"]
    assert names() == "ABeeC"


def test_an_operator_who_saves_the_same_as_another_is_not_refused(three):
    wanted = three.without(keyed(three, "C"))
    assert sheet.keep(wanted, three)
    assert not sheet.keep(wanted, three)


def test_the_second_operators_changes_are_applied_on_top_of_the_firsts(three):
    mine = three.moved(keyed(three, "C"), -1).with_modes({keyed(three, "A"): Mode.WATCH})
    sheet.keep(changed(three, "B", conditions=[]), three)
    with pytest.raises(Overtaken) as refused:
        sheet.keep(mine, three)
    again = sheet.merged(mine, three, refused.value.now)
    assert names(again) == "ACB"
    assert again.row(keyed(three, "A")).mode == "watch"
    assert again.row(keyed(three, "B")).conditions == []
    assert sheet.keep(again, refused.value.now)


def test_the_second_operator_keeps_the_firsts_changes_to_other_rules(three):
    first = three.moved(keyed(three, "A"), 1).with_modes({keyed(three, "C"): Mode.OFF})
    sheet.keep(first, three)
    again = sheet.merged(three, three, sheet.shown())
    assert again.write() == first.write()


def test_a_rule_that_the_first_deleted_stays_deleted_for_who_only_moved(three):
    sheet.keep(three.without(keyed(three, "B")), three)
    again = sheet.merged(three.moved(keyed(three, "C"), -1), three, sheet.shown())
    assert names(again) == "AC"


def test_a_sheet_keeps_an_edited_rules_place_and_inserts_a_new_one_at_the_given_place(three):
    new = AccessRule(name="N", mode="on", effect="deny", conditions=[])
    assert names(three.with_rule(new, 1)) == "ANBC"
    assert names(three.with_rule(new)) == "ABCN"
    assert names(changed(three, "B", name="X")) == "AXC"


def test_texts_are_stored_as_the_sign_in_reads_them(three):
    rule = AccessRule(name="N", mode="on", effect="deny", conditions=[{"kind": "text", "text": "ü", "negated": False}])
    sheet.keep(three.with_rule(rule), three)
    assert publishing.edited().policy.rules[-1].conditions == (TextContains("ü"),)
