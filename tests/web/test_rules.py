"""The list of access rules in the admin: filled in, edited and moved in a draft, and what a broken row does."""

import pytest

from idp.policies import in_force
from idp.policies.conditions import ClientIs, FormIs, PlatformIs, RoleIs, TextContains, to_json
from idp.policies.models import AccessRule
from idp.policies.user_agents import Client, Form, Platform
from tests.policies import publishing
from tests.web.pressing import press
from tests.web.seeded import ANDROID_RULE, a_rule

LIST = "/admin/policies/accessrule/"
NO_IPHONES = PlatformIs(frozenset({Platform.IOS, Platform.IPADOS}))
BROKEN = [
    pytest.param("not a list", id="a text"),
    pytest.param(5, id="a number"),
    pytest.param([{"kind": "moon phase"}], id="an unknown kind"),
    pytest.param([{"kind": "platform", "platforms": ["amiga"], "negated": False}], id="an unknown platform"),
    pytest.param([None], id="an empty condition"),
]


def filled(**fields):
    return {"name": "A rule", "mode": "on", "effect": "deny", "text": "", "message": "", **fields}


def page_of(rule):
    return f"{LIST}{rule.pk}/change/"


def shown(admin, rule):
    """The form of a rule as a browser would send it back."""
    form = admin.get(page_of(rule)).context["adminform"].form
    return {name: form[name].value() or [] for name in form.fields}


def save(admin, rule, **fields):
    assert admin.post(page_of(rule), shown(admin, rule) | fields).status_code == 302


def names():
    return [rule.name for rule in publishing.edited().rules.all()]


def asked(name="A rule"):
    return AccessRule.objects.get(name=name, revision__state="draft").asked


@pytest.mark.parametrize(
    ("fields", "conditions"),
    [
        ({"platforms": ["android"]}, (ANDROID_RULE,)),
        ({"platforms": ["ios", "ipados"]}, (NO_IPHONES,)),
        ({"forms_of_device": ["tablet"]}, (FormIs(frozenset({Form.TABLET})),)),
        ({"clients": ["web view"]}, (ClientIs(frozenset({Client.WEB_VIEW})),)),
        ({"text": "Mobile"}, (TextContains("Mobile"),)),
        ({"platforms": ["android"], "text": "Pixel"}, (ANDROID_RULE, TextContains("Pixel"))),
        ({}, ()),
    ],
    ids=lambda it: "+".join(it) or "always" if isinstance(it, dict) else "",
)
def test_what_is_filled_in_becomes_the_conditions(admin, fields, conditions):
    assert admin.post(f"{LIST}add/", filled(**fields)).status_code == 302
    assert asked() == conditions


def test_a_new_rule_starts_in_watch_only_and_goes_below_the_others(admin):
    a_rule("First")
    assert 'value="watch" selected' in admin.get(f"{LIST}add/").text
    admin.post(f"{LIST}add/", filled(name="Second"))
    assert names() == ["No in-app browsers", "First", "Second"]


@pytest.mark.parametrize(
    "condition",
    [ANDROID_RULE, NO_IPHONES, TextContains("Mobile"), ClientIs(frozenset({Client.WEB_VIEW}))],
    ids=lambda condition: type(condition).__name__,
)
def test_saving_a_rule_unchanged_keeps_its_conditions(admin, condition):
    rule = a_rule("Kept", condition)
    save(admin, rule)
    assert asked(name="Kept") == (condition,)


@pytest.mark.parametrize(
    "condition",
    [
        RoleIs(frozenset({"supervisor"})),
        PlatformIs(frozenset({Platform.ANDROID}), negated=True),
        TextContains("Mobile", negated=True),
    ],
    ids=["role", "platform is not", "text does not contain"],
)
def test_a_condition_that_the_form_cannot_change_is_shown_and_kept(admin, condition):
    rule = a_rule("Kept", condition)
    assert condition.sentence().replace('"', "&quot;") in admin.get(page_of(rule)).text
    save(admin, rule, platforms=["ios"])
    assert set(asked(name="Kept")) == {PlatformIs(frozenset({Platform.IOS})), condition}


def test_two_texts_in_one_rule_are_both_kept(admin):
    rule = a_rule("Kept", TextContains("Mobile"), TextContains("Safari"))
    save(admin, rule, text="Mobile/")
    assert asked("Kept") == (TextContains("Mobile/"), TextContains("Safari"))


def test_emptying_the_fields_takes_the_conditions_away(admin):
    rule = a_rule("Everybody", ANDROID_RULE, TextContains("Mobile"))
    admin.post(page_of(rule), filled(name="Everybody"))
    assert asked("Everybody") == ()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": ""}, "This field is required."),
        ({"effect": "explode"}, "is not one of the available choices"),
        ({"mode": "maybe"}, "is not one of the available choices"),
        ({"platforms": ["amiga"]}, "is not one of the available choices"),
        ({"text": "x" * 201}, "at most 200 characters"),
        ({"message": "x" * 201}, "at most 200 characters"),
    ],
)
def test_what_cannot_be_a_rule_gets_a_sentence(admin, fields, sentence):
    assert sentence in admin.post(f"{LIST}add/", filled(**fields)).text
    assert names() == ["No in-app browsers"]


def test_the_list_says_each_rule_in_words_and_in_order(admin):
    a_rule("B", TextContains("Mobile"))
    a_rule("A", effect="allow", mode="watch")
    rows = admin.get(LIST).text.split("<tbody>")[1]
    assert rows.index("Deny if the User-Agent contains &quot;Mobile&quot;") < rows.index(
        "Allow if the platform is Android"
    )
    assert "watch only" in rows


def test_names_and_texts_of_others_make_no_markup(admin):
    a_rule("<script>alert(1)</script>", TextContains("<img src=x>"))
    assert not {it for it in ("<script>alert", "<img src=x") if it in admin.get(LIST).text}


# Moving


@pytest.fixture
def three(db):
    """Three rules in force, and the one that every installation has taken away."""
    draft = publishing.begin_draft()
    draft.rules.all().delete()
    return {letter: a_rule(letter) for letter in "ABC"}


@pytest.mark.parametrize(
    ("name", "way", "after"),
    [("B", "up", "BAC"), ("B", "down", "ACB"), ("A", "up", "ABC"), ("C", "down", "ABC"), ("C", "up", "ACB")],
)
def test_the_buttons_move_a_rule_past_its_neighbour_in_the_draft(admin, three, name, way, after):
    shown = publishing.live().rules.get(key=three[name].key)
    assert admin.post(f"{LIST}{shown.pk}/move/{way}/")["Location"] == LIST
    assert "".join(names()) == after
    assert [it.name for it in in_force.policy().rules] == ["A", "B", "C"]


def test_each_button_says_what_it_moves_and_the_ends_cannot_be_pressed(admin, three):
    publishing.withdraw(three["C"])
    buttons = [it for it in admin.get(LIST).text.split("<button") if "/move/" in it]
    assert [it.split('aria-label="')[1].split('"')[0] for it in buttons] == [
        "Move A up",
        "Move A down",
        "Move B up",
        "Move B down",
    ]
    assert [" disabled>" in it.split("</button>")[0] for it in buttons] == [True, False, False, True]


def test_a_rule_is_moved_by_post_only_and_by_known_ways_only(admin):
    rule = a_rule()
    assert admin.get(f"{LIST}{rule.pk}/move/up/").status_code == 405
    assert admin.post(f"{LIST}{rule.pk}/move/sideways/").status_code == 405
    assert admin.post(f"{LIST}999/move/up/").status_code == 404


def test_a_move_stands_in_the_rules_history(admin):
    admin.post(f"{LIST}{a_rule().pk}/move/up/")
    moved = AccessRule.objects.get(name="No Android", revision__state="draft")
    assert "Moved “No Android” up." in admin.get(f"{LIST}{moved.pk}/history/").text


# Broken rows


@pytest.fixture(params=BROKEN)
def broken(request, db):
    return publishing.broken(request.param, name="Broken")


def test_while_a_rule_is_broken_nobody_is_let_in_and_the_admin_says_so(admin, broken):
    assert not in_force.policy().readable
    for page in ("/admin/", LIST):
        assert "nobody is let in" in admin.get(page).text
    assert "Unreadable" in admin.get(LIST).text


def test_a_broken_rule_opens_and_an_edit_leaves_its_conditions_alone(admin, broken):
    assert admin.get(page_of(broken)).status_code == 200
    admin.post(page_of(broken), {"name": "Still broken", "mode": "off", "effect": "deny", "message": ""})
    edited = AccessRule.objects.get(key=broken.key, revision__state="draft")
    assert (edited.name, edited.conditions) == ("Still broken", broken.conditions)


def test_deleting_a_broken_rule_lets_people_in_again(admin, broken):
    admin.post(f"{LIST}{broken.pk}/delete/", {"post": "yes"})
    press(admin, admin.get(LIST), "Publish")
    assert in_force.policy().readable
    assert "nobody is let in" not in admin.get("/admin/").text


def test_a_draft_with_a_rule_that_does_not_read_is_not_published(admin, broken):
    admin.post(f"{LIST}{broken.pk}/move/up/")
    assert "does not read" in press(admin, admin.get(LIST), "Publish").text
    assert in_force.policy().number == 2


def test_the_stored_form_of_a_condition_is_what_the_sign_in_reads(admin):
    admin.post(f"{LIST}add/", filled(platforms=["android"], message="No Androids, please."))
    press(admin, admin.get(LIST), "Publish")
    rule = AccessRule.objects.get(name="A rule")
    assert rule.conditions == [to_json(ANDROID_RULE)]
    assert rule.rule in in_force.policy().rules
