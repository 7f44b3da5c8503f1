"""Finds people by what an operator typed: part of a name or email, or the digits of a mobile number."""

import re
import unicodedata
from collections import defaultdict
from itertools import chain

from django.db.models import Q

from idp.otp import identifiers
from idp.otp.models import PhoneAuthenticator

LONGEST = 254
FEWEST_DIGITS = 3
FEWEST_WITHOUT_ZERO = 6
"""So many digits are needed to leave out a leading zero: 0101 means the end of a number, 0612 345 its beginning."""
ACCENTS = "\u0300-\u036f"
STROKED = {"\u0131": "i", "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t"}
"""Letters that Unicode does not take apart, and that people type without their stroke or dot."""


def _base(letter: str) -> str:
    lower = letter.lower()
    return STROKED.get(lower) or unicodedata.normalize("NFD", lower)[:1]


def _spellings() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for point in chain(range(0x41, 0x530), range(0x1E00, 0x2000)):  # Latin, Greek and Cyrillic letters
        letter = chr(point)
        if letter.isalpha():
            found[_base(letter)].add(letter)
    return found


SPELLINGS = _spellings()
"""For each letter without accents, in lower case: the letters that it finds, with accents and in both cases."""


def people(typed: str) -> Q:
    """Return the condition on agents: each word is in the name or the email, or the whole is part of a number."""
    text = typed[:LONGEST]
    words = Q()
    for word in text.split():
        words &= Q(full_name__regex=in_any_spelling(word)) | Q(email__icontains=word)
    digits = digits_of(text)
    if not digits:
        return words
    numbers = Q(number__contains=digits)
    if len(national := digits.lstrip("0")) >= FEWEST_WITHOUT_ZERO:
        numbers |= Q(number__contains=national)
    return words | Q(pk__in=PhoneAuthenticator.objects.filter(numbers).values("user"))


def in_any_spelling(word: str) -> str:
    """Return a regular expression that finds the word in either case, with and without accents.

    SQLite and PostgreSQL fold the case of ASCII letters only, or as their locale says. So the expression names every
    spelling of a letter. It repeats nothing but accents, so that no text makes it slow.
    """
    return "".join(_letter(it) for it in unicodedata.normalize("NFC", word) if not re.match(f"[{ACCENTS}]", it))


def _letter(letter: str) -> str:
    spellings = SPELLINGS.get(_base(letter))
    return f"[{''.join(sorted(spellings))}][{ACCENTS}]*" if spellings else re.escape(letter)


def digits_of(typed: str) -> str:
    """Return the digits of a number in any spelling, or "" if this is no number or too short to look for."""
    text = identifiers.unseparated(typed).removeprefix("+")
    if len(text) < FEWEST_DIGITS or not text.isdecimal():
        return ""
    return "".join(str(int(digit)) for digit in text)
