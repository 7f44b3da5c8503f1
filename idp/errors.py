"""The base of every error that a person may get to see."""

from collections.abc import Mapping

from idp.wording import for_agents


class IdpError(Exception):
    """Something that should not happen, told in a sentence fit for an agent.

    `code` is stable and may be searched for, `status` is the honest HTTP status, `sentence` is shown,
    `advice` says what to do next, and `detail` goes to the log only.
    """

    code = "unexpected"
    status = 500
    sentence = for_agents("Something went wrong.")
    advice = for_agents("It is our fault, not yours. Please try again in a moment.")

    def __init__(self, detail: str = "", *, sentence: str = "", advice: str = "") -> None:
        super().__init__(detail or sentence or self.sentence)
        self.detail = detail
        self.sentence = sentence or self.sentence
        self.advice = advice or self.advice

    def headers(self) -> Mapping[str, str]:
        """Return the extra HTTP headers that belong to this error, such as Retry-After."""
        return {}
