"""The sheet of access rules in the admin: moved, switched, added by one click, and saved by two at once."""

import pytest
from django.contrib.auth.models import Permission

from idp.policies import in_force
from idp.policies.access.conditions import TextContains
from idp.policies.editing import publishing
from idp.policies.models import AccessRule, PolicyRevision
from tests.policies import publishing as in_tests
from tests.web.conftest import a_superuser, inside
from tests.web.pages.policy.rule_pages import LIST, names, page_of, the_form
from tests.web.pressing import buttons, press
from tests.web.seeded import a_rule


def act(browser, what, page=None, **fields):
    """Press a button of the sheet as it stands, with some fields changed."""
    return browser.post(LIST, the_form(page or browser.get(LIST)) | {"act": what} | fields, follow=True)


@pytest.fixture
def three(db):
    """Three rules in a draft and nothing else."""
    publishing.begin_draft().rules.all().delete()
    return {letter: in_tests.drafted(TextContains(letter), name=letter) for letter in "ABC"}


def an_operator_who_may(*rights):
    operator = a_superuser("some-rights@acme.example", is_superuser=False)
    operator.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return inside(operator)


# One click


@pytest.mark.parametrize(
    ("button", "sentence"),
    [
        ("Block Android", "Deny if the platform is Android"),
        ("Block iPhone and iPad", "Deny if the platform is iOS or iPadOS"),
        ("Phones only", "Deny if the device is not a phone"),
        ("No in-app browsers", "Deny if the client is a web view"),
        ("Block every mobile", "Deny if the device is a phone or tablet"),
    ],
)
def test_one_click_adds_a_rule_that_is_on_to_the_draft_and_says_what_it_catches(admin, button, sentence):
    page = press(admin, admin.get(LIST), button)
    added = publishing.edited().policy.rules[-1]
    assert (added.name, added.mode, added.sentence) == (button, "on", sentence)
    assert "It takes effect once you publish the draft." in page.text
    assert ("New: not in force yet" in page.text) == (button != "No in-app browsers")
    assert in_force.policy().number == 1


def test_watch_first_adds_it_in_watch_only(admin):
    act(admin, "watch:android")
    assert publishing.edited().policy.rules[-1].mode == "watch"


def test_a_ready_made_rule_that_exists_is_switched_instead_of_added_twice(admin):
    assert "was there already and is now on" in act(admin, "quick:in-app").text
    assert [(it.name, it.mode) for it in publishing.edited().policy.rules] == [("No in-app browsers", "on")]


def test_a_ready_made_rule_goes_above_the_rules_that_would_always_win(admin):
    in_tests.drafted(name="Let everybody in", effect="allow")
    act(admin, "quick:android")
    assert names() == ["No in-app browsers", "Block Android", "Let everybody in"]


def test_block_android_is_in_force_three_clicks_after_the_home_page(admin):
    assert f'href="{LIST}"' in admin.get("/admin/").text  # 1
    page = press(admin, admin.get(LIST), "Block Android")  # 2
    assert "Revision 2 is in force" in press(admin, page, "Publish").text  # 3, with the reason as it stands there
    assert in_force.policy().rules[-1].sentence == "Deny if the platform is Android"


# Order, modes, default


def test_every_rule_is_a_sentence_in_order(admin, three):
    rows = admin.get(LIST).text.split('<ol class="rules"')[1]
    told = [rows.index(f"Deny if the User-Agent contains &quot;{letter}&quot;") for letter in "ABC"]
    assert told == sorted(told)


@pytest.mark.parametrize(
    ("name", "way", "after"),
    [("B", "up", "BAC"), ("B", "down", "ACB"), ("A", "up", "ABC"), ("C", "down", "ABC"), ("C", "up", "ACB")],
)
def test_without_script_buttons_move_a_rule_by_one_place(admin, three, name, way, after):
    act(admin, f"{way}:{three[name].key}")
    assert "".join(names()) == after


def test_each_move_button_names_its_rule_and_is_disabled_at_the_ends(admin, three):
    moving = [it.split("</button>")[0] for it in admin.get(LIST).text.split("<button") if 'aria-label="Move ' in it]
    moving = [it for it in moving if "arrow keys" not in it]
    said = [it.split('aria-label="')[1].split('"')[0] for it in moving]
    assert said == [f"Move {letter} {way}" for letter in "ABC" for way in ("up", "down")]
    assert [" disabled>" in it for it in moving] == [True, False, False, False, False, True]


def test_one_save_keeps_order_modes_and_default_together(admin, three):
    keys = {letter: str(rule.key) for letter, rule in three.items()}
    act(admin, "save", order=[keys["C"], keys["A"], keys["B"]], default="deny", **{f"mode-{keys['A']}": "watch"})
    policy = publishing.edited().policy
    assert [(it.name, it.mode) for it in policy.rules] == [("C", "on"), ("A", "watch"), ("B", "on")]
    assert policy.default == "deny"


def test_every_button_saves_the_changes_on_the_page(admin, three):
    key = str(three["A"].key)
    for what in ("add", f"edit:{three['B'].key}", f"down:{three['B'].key}", "quick:android"):
        mode = "off" if publishing.edited().rules.get(key=key).mode == "on" else "on"
        act(admin, what, **{f"mode-{key}": mode})
        assert publishing.edited().rules.get(key=key).mode == mode


def test_edit_opens_the_page_of_the_rule_and_add_an_empty_one(admin, three):
    assert act(admin, f"edit:{three['B'].key}").redirect_chain == [(page_of(three["B"]), 302)]
    assert act(admin, "add").redirect_chain == [(f"{LIST}add/", 302)]


def test_a_rule_is_deleted_and_the_default_cannot_be(admin, three):
    for rule in three.values():
        act(admin, f"delete:{rule.key}")
    page = admin.get(LIST)
    assert names() == []
    assert "No rules yet" in page.text
    assert "The default always comes last and cannot be removed." in page.text


def test_a_move_is_in_the_rules_history(admin, three):
    act(admin, "save", order=[str(three[letter].key) for letter in "CAB"])
    assert "Moved “C” to no. 1" in admin.get(f"{LIST}{three['C'].pk}/history/").text


def test_saving_without_changes_begins_no_draft(admin):
    assert "Nothing had changed" in act(admin, "save").text
    assert not PolicyRevision.objects.draft().exists()


@pytest.mark.parametrize(
    "fields", [{"seen": "{"}, {"default": "ask_code"}, {"act": "quick:amiga"}, {"mode": "loud"}], ids=str
)
def test_a_forged_form_is_rejected_and_writes_nothing(admin, three, fields):
    before = publishing.fingerprint(publishing.edited())
    loud = {f"mode-{three['A'].key}": it for name, it in fields.items() if name == "mode"}
    assert admin.post(LIST, the_form(admin.get(LIST)) | fields | loud).status_code == 400
    assert publishing.fingerprint(publishing.edited()) == before


# Marks


def test_a_rule_that_can_never_decide_is_marked_with_the_reason(admin, three):
    in_tests.drafted(TextContains("AB"), name="Idle", effect="allow")
    assert "“A” above it decides first whenever this rule would match." in admin.get(LIST).text


# Two at once


def test_the_second_operator_to_save_sees_the_other_changes_and_loses_nothing(admin, three):
    keys = [str(three[letter].key) for letter in "CAB"]
    page = admin.get(LIST)
    act(inside(a_superuser("second@acme.example")), f"delete:{three['B'].key}")
    refused = act(admin, "save", page, order=keys, default="deny")
    assert refused.status_code == 409
    assert "Somebody else saved the draft" in refused.text
    assert "Removed “B”" in refused.text
    assert "".join(names()) == "AC"
    act(admin, "save", refused)
    assert ("".join(names()), publishing.edited().default_effect) == ("CA", "deny")


def test_the_second_operator_to_edit_a_rule_saves_on_top_of_the_first(admin, three):
    page = admin.get(page_of(three["A"]))
    act(inside(a_superuser("second@acme.example")), f"down:{three['A'].key}")
    filled = the_form(page) | {"name": "Mine", "act": "save"}
    refused = admin.post(page_of(three["A"]), filled)
    assert (refused.status_code, "Moved “A”" in refused.text or "Moved “B”" in refused.text) == (409, True)
    assert names() == ["B", "A", "C"]
    press(admin, refused, "Save to the draft")
    assert names() == ["B", "Mine", "C"]


def test_a_publication_in_between_prevents_saving_too(admin):
    page = admin.get(LIST)
    a_rule("Published meanwhile")
    refused = act(admin, "save", page, default="deny")
    assert refused.status_code == 409
    assert "Added “Published meanwhile”" in refused.text
    assert not PolicyRevision.objects.draft().exists()


# Rights


def test_an_operator_who_may_only_look_reads_sentences_without_buttons(three):
    looker = an_operator_who_may("view_accessrule")
    page = looker.get(LIST)
    assert "Deny if the User-Agent contains &quot;A&quot;" in page.text
    assert not {"Save draft", "Edit", "Try it", "Block Android"} & set(buttons(page))
    assert looker.post(LIST, {"act": "save"}).status_code == 403
    rule = looker.get(page_of(three["A"]))
    assert "Deny if the User-Agent contains" in rule.text
    assert not {"Save to the draft", "Try it"} & set(buttons(rule))
    assert looker.post(page_of(three["A"]), {"act": "save"}).status_code == 403


def test_djangos_own_page_that_deletes_leads_to_the_list_whose_buttons_do(admin, three):
    for ask in (admin.get, admin.post):
        page = ask(f"{LIST}{three['A'].pk}/delete/", {"post": "yes"}, follow=True)
        assert page.redirect_chain == [(LIST, 302)]
        assert "Delete a rule by its button in this list." in page.text
    assert "".join(names()) == "ABC"


def test_an_operator_who_may_only_change_rules_neither_adds_nor_deletes(three):
    changer = an_operator_who_may("view_accessrule", "change_accessrule")
    assert not {"Block Android", "Delete", "Publish", "Add a rule of your own"} & set(buttons(changer.get(LIST)))
    form = the_form(changer.get(LIST))
    for what in ("quick:android", "watch:android", "add", f"delete:{three['A'].key}"):
        assert changer.post(LIST, form | {"act": what}).status_code == 403
    assert changer.get(f"{LIST}add/").status_code == 403
    act(changer, f"down:{three['A'].key}")
    assert "".join(names()) == "BAC"


def test_an_operator_without_the_right_sees_nothing(three):
    stranger = an_operator_who_may("view_agent")
    assert {stranger.get(it).status_code for it in (LIST, page_of(three["A"]), f"{LIST}add/")} == {403}
    assert AccessRule.objects.filter(revision__state="draft").count() == 3
