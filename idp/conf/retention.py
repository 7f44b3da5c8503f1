"""How long each kind of data is kept: names, days, and the reasons for a minimum. Pure. `web.retention` deletes."""

from collections.abc import Mapping
from dataclasses import dataclass

MOST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Period:
    """How many days one kind of rows is kept, from which instant, and the least number of days that is safe."""

    name: str
    days: int
    least: int
    what: str
    counted_from: str
    why: str = ""


PERIODS = (
    Period("user_agents", 30, 1, "User-Agent headers in the trail", "the event", "The entry stays without the header."),
    Period(
        "addresses", 90, 2, "IP addresses in the trail", "the event", "They are needed to count guesses within a day."
    ),
    Period(
        "trail",
        400,
        31,
        "trail entries, with their seals and acknowledgements",
        "the event",
        "They are deleted in the order in which they were sealed.",
    ),
    Period(
        "figures",
        400,
        31,
        "statistics: the trail by hour, codes by day",
        "the hour or day",
        "They contain nothing personal.",
    ),
    Period("webhook_messages", 90, 15, "messages to webhooks", "their delivery", "Undelivered ones stay."),
    Period("tokens", 1, 0, "long-lived tokens", "their expiry", "Until then, retired tokens reveal copies."),
    Period("logins", 1, 0, "sign-ins in progress, with what was typed", "the end of their 20 minutes"),
    Period(
        "codes",
        90,
        31,
        "requested codes, with their texts and calls",
        "the first text",
        "Guesses are counted over 30 days.",
    ),
    Period("one_time_codes", 90, 0, "one-time codes of operators", "the end of their 15 minutes"),
    Period("recovery_codes", 90, 0, "used recovery codes", "their use", "Unused ones stay."),
    Period(
        "answers",
        30,
        15,
        "answers to services",
        "their issue",
        "Replay checks and sign-outs need them for up to 14 days.",
    ),
    Period("sign_outs", 30, 15, "sign-outs passed on to services", "the sign-out", "Unsent ones stay."),
    Period("logout_requests", 1, 0, "IDs of LogoutRequests", "their end", "Until then, none is accepted twice."),
    Period("heard_requests", 7, 1, "requests heard while connecting a service", "the request"),
    Period("sessions", 90, 15, "sessions", "their end", "Sign-outs need them for up to 14 days."),
    Period(
        "devices",
        400,
        15,
        "unused phones and computers",
        "their end, otherwise the last sign-in",
        "They stay while the trail refers to them. A phone that comes back is told why it was signed out.",
    ),
    Period(
        "imports",
        1,
        1,
        "imports of people, and their previous values",
        "the import, or the upload of a file that was never applied",
        "Until then they can be undone. The trail entry stays.",
    ),
    Period("operator_links", 30, 0, "one-time links into the admin", "the end of their 24 hours"),
    Period("operator_tries", 1, 1, "attempts to sign in to the admin", "the attempt"),
    Period("operator_sessions", 0, 0, "operators' sessions", "their end"),
    Period("operator_changes", 400, 31, "the history of changes in the admin", "the change"),
)
BY_NAME = {it.name: it for it in PERIODS}


def faults(chosen: Mapping[str, int]) -> list[str]:
    """Return what is wrong with the chosen numbers of days."""
    unknown = sorted(chosen.keys() - BY_NAME.keys())
    faults = [f"knows no {name}; it knows {', '.join(BY_NAME)}." for name in unknown]
    for name in sorted(chosen.keys() & BY_NAME.keys()):
        least = BY_NAME[name].least
        if not least <= chosen[name] <= MOST_DAYS:
            faults.append(f"must keep {name} for {least} to {MOST_DAYS} days, not {chosen[name]}.")
    return faults


def days(chosen: Mapping[str, int]) -> dict[str, int]:
    """Return the days of every period, as chosen or by default."""
    return {it.name: chosen.get(it.name, it.days) for it in PERIODS}
