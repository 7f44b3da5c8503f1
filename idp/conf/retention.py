"""How long what is stored is kept. Pure: names, days, and why it may not be less. `web.retention` acts on it."""

from collections.abc import Mapping
from dataclasses import dataclass

MOST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Period:
    """How many days one kind of rows is kept, counted from which instant, and the fewest days that do no harm."""

    name: str
    days: int
    least: int
    what: str
    counted_from: str
    why: str = ""


PERIODS = (
    Period("user_agents", 30, 1, "User-Agent headers in the trail", "the event", "The line stays, the header goes."),
    Period("addresses", 90, 2, "IP addresses in the trail", "the event", "Guesses are counted by them over a day."),
    Period(
        "trail",
        400,
        31,
        "lines of the trail, with their seals and acknowledgements",
        "the event",
        "They leave in the order in which they were sealed.",
    ),
    Period(
        "figures",
        400,
        31,
        "the trail in figures, hour by hour, and codes, day by day",
        "the hour or day",
        "They name nobody.",
    ),
    Period("webhook_messages", 90, 15, "messages to webhooks", "their delivery", "Those that wait stay."),
    Period("tokens", 1, 0, "long-lived tokens", "their expiry", "Until then the retired ones show copies."),
    Period("logins", 1, 0, "logins under way, with what was typed", "the end of their 20 minutes"),
    Period("codes", 90, 31, "codes asked for, with their texts and calls", "the first text", "Guesses count 30 days."),
    Period("one_time_codes", 90, 0, "one-time codes of operators", "the end of their 15 minutes"),
    Period("recovery_codes", 90, 0, "used recovery codes", "their use", "Unused ones stay."),
    Period(
        "answers", 30, 15, "answers to services", "their issue", "Replays and sign-outs look them up for up to 14 days."
    ),
    Period("sign_outs", 30, 15, "sign-outs passed on to services", "the sign-out", "Those that wait to be told stay."),
    Period("logout_requests", 1, 0, "IDs of LogoutRequests", "their end", "Until then none is taken twice."),
    Period("heard_requests", 7, 1, "requests heard while connecting a service", "the request"),
    Period("sessions", 90, 15, "sessions", "their end", "Sign-outs look them up for up to 14 days."),
    Period(
        "devices",
        400,
        15,
        "phones and computers that nobody uses",
        "their end, or else the last sign-in",
        "They stay as long as the trail names them. A phone that comes back is told why it was ended.",
    ),
    Period(
        "imports",
        1,
        1,
        "imports of people, and what people were before them",
        "the import, or the choice of a file that was never written",
        "Until then they can be undone. The trail keeps its line.",
    ),
    Period("operator_links", 30, 0, "one-time links into the admin", "the end of their 24 hours"),
    Period("operator_tries", 1, 1, "tries at the admin's door", "the try"),
    Period("operator_sessions", 0, 0, "operators' sessions", "their end"),
    Period("operator_changes", 400, 31, "the history of changes in the admin", "the change"),
)
BY_NAME = {it.name: it for it in PERIODS}


def faults(chosen: Mapping[str, int]) -> list[str]:
    """Name what is wrong with the days that somebody chose."""
    unknown = sorted(chosen.keys() - BY_NAME.keys())
    told = [f"knows no {name}; it knows {', '.join(BY_NAME)}." for name in unknown]
    for name in sorted(chosen.keys() & BY_NAME.keys()):
        least = BY_NAME[name].least
        if not least <= chosen[name] <= MOST_DAYS:
            told.append(f"must keep {name} for {least} to {MOST_DAYS} days, not {chosen[name]}.")
    return told


def days(chosen: Mapping[str, int]) -> dict[str, int]:
    """Return the days of every period, as chosen or by default."""
    return {it.name: chosen.get(it.name, it.days) for it in PERIODS}
