"""The pages on which operators edit the access policy, filled in as a browser would send them back."""

from lxml import html

from idp.policies.editing import publishing
from idp.policies.models import AccessRule

LIST = "/admin/policies/accessrule/"
ADD = f"{LIST}add/"


def page_of(rule):
    return f"{LIST}{rule.pk}/change/"


def the_form(page):
    """All that the page's form holds, each name with its values."""
    filled = {}
    for name, value in html.fromstring(page.text).get_element_by_id("sheet").form_values():
        filled.setdefault(name, []).append(value)
    return filled


def a_new_rule(browser, *asked, **fields):
    """Fill in the page of a new rule, each condition as its kind and its fields, and save it."""
    filled = the_form(browser.get(ADD)) | {"name": "A rule", "mode": "on", "effect": "deny", "act": "save"} | fields
    filled["condition"] = [f"c{at}:{tag}" for at, (tag, _) in enumerate(asked)]
    for at, (_, its) in enumerate(asked):
        filled |= {f"c{at}-{name}": value for name, value in its.items()}
    return browser.post(ADD, filled, follow=True)


def names():
    return [rule.name for rule in publishing.edited().rules.all()]


def asked(name="A rule"):
    return AccessRule.objects.get(name=name, revision__state="draft").condition_values
