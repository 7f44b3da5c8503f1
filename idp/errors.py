"""The base of every error that a person or a program may see, and the race that a transaction may lose unseen."""

from collections.abc import Mapping

from idp.wording import for_agents


class IdpError(Exception):
    """Something that should not happen, with a sentence for the agent.

    `code` is stable and can be searched for, `status` is the correct HTTP status, `sentence` is shown, `advice` says
    what to do next, and `detail` goes to the log only. `for_programs` is what programs read instead of the sentence, if
    that speaks of pages.
    """

    code = "unexpected"
    status = 500
    sentence = for_agents("Something went wrong.")
    advice = for_agents("It is our fault, not yours. Please try again in a moment.")
    for_programs = ""

    def __init__(self, detail: str = "", *, sentence: str = "", advice: str = "") -> None:
        super().__init__(detail or sentence or self.sentence)
        self.detail = detail
        self.sentence = sentence or self.sentence
        self.advice = advice or self.advice

    def headers(self) -> Mapping[str, str]:
        """Return the extra HTTP headers that belong to this error, such as Retry-After."""
        return {}


class LostRace(Exception):
    """Another request was faster. What was read no longer holds, so the transaction has to run again."""
