"""Two other ways to rotate a token, as many products do it: what the siblings are compared with."""

from datetime import timedelta

from idp.tokens.rotation import Verdict


class OneSlot:
    """Each use overwrites the one token there is. Any other asks for a code, and nobody is told."""

    good_still = timedelta(0)
    otherwise = Verdict.OUTDATED

    def __init__(self):
        self.born = 0

    def code(self, now):
        self.born += 1
        self.previous, self.replaced_at = None, now
        return self.born

    def show(self, token, now):
        if token == self.born:
            self.born += 1
            self.previous, self.replaced_at = token, now
            return Verdict.NEXT, self.born
        if token == self.previous and now < self.replaced_at + self.good_still:
            return Verdict.SAME_VISIT, None
        if self.otherwise is Verdict.COPIED:
            self.born += 1  # the sign-in is over: nobody holds this one
        return self.otherwise, None


class PreviousForAWhile(OneSlot):
    """The token before is good for 30 s still; any other one raises the alarm and ends the sign-in."""

    good_still = timedelta(seconds=30)
    otherwise = Verdict.COPIED
