"""What the buttons of the list of rules do to the draft, and the list as the page posts it."""

from dataclasses import replace

from django.core.exceptions import BadRequest
from django.http import QueryDict

from idp.policies.access.rules import MODE_NAMES, Mode, Rule
from idp.policies.editing import rule_rows, unreachable
from idp.policies.editing.quick_rules import QUICK_RULES
from idp.policies.editing.sheet import Sheet
from idp.policies.models.revision import DEFAULTS

STALE_PAGE = "This page is too old to save. Open the access rules again."
DIRECTIONS = {"up": -1, "down": 1}


def posted_lists(fields: QueryDict) -> tuple[Sheet, Sheet]:
    """Return the list that the page was rendered from, and the list as the operator left it. Raises BadRequest."""
    try:
        base = Sheet.read(fields.get("seen", ""))
        modes = {key: Mode(mode) for key in base.keys if (mode := fields.get(f"mode-{key}")) is not None}
    except ValueError as error:
        raise BadRequest(STALE_PAGE) from error
    default = fields.get("default", base.default)
    if default not in dict(DEFAULTS):
        raise BadRequest(STALE_PAGE)
    order = fields.getlist("order")
    mine = (base.ordered(order) if order else base).with_modes(modes)
    return base, replace(mine, default=default)


def edited(rules: Sheet, button: str, target: str) -> tuple[Sheet, str]:
    """Return the list after a button, and a sentence of what was done.

    `target` is the key of a rule or the slug of a ready-made one. Buttons that only save or redirect change nothing.
    Raises BadRequest.
    """
    match button:
        case "up" | "down":
            return rules.moved(target, DIRECTIONS[button]), _about_rule(rules, target, f"Moved “{{}}” {button}.")
        case "delete":
            return rules.without(target), _about_rule(rules, target, "Removed “{}” from the draft.")
        case "quick" | "watch":
            return _with_quick_rule(rules, target, Mode.ON if button == "quick" else Mode.WATCH)
    return rules, ""


def _about_rule(rules: Sheet, key: str, sentence: str) -> str:
    row = rules.row(key)
    return sentence.format(row.name) if row else ""


def _with_quick_rule(rules: Sheet, slug: str, mode: Mode) -> tuple[Sheet, str]:
    """Add a ready-made rule where it takes effect, or set the mode of an equal one."""
    if slug not in QUICK_RULES:
        raise BadRequest(STALE_PAGE)
    wanted = QUICK_RULES[slug]
    same = next((it for it in rules.policy.rules if _is_equal(it, wanted)), None)
    if same is not None:
        return rules.with_modes({same.key: mode}), f"“{same.name}” was there already and is now {MODE_NAMES[mode]}."
    place = unreachable.place_for(wanted, rules.policy.rules)
    row = rule_rows.of(replace(wanted, mode=mode))
    return rules.with_rule(row, place), f"Added “{wanted.name}” as no. {place + 1}, {MODE_NAMES[mode]}."


def _is_equal(one: Rule, other: Rule) -> bool:
    """Whether two rules do the same, apart from their names and modes."""
    return (one.effect, one.conditions, one.scope) == (other.effect, other.conditions, other.scope)
