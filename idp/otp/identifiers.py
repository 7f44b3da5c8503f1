"""Reads what an agent typed to identify themselves: a phone number or an email address."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers

from idp.wording import for_agents

SEPARATORS = re.compile(r"[\s./()\-\u2010-\u2015\u00a0\uff08\uff09\uff0d]")
FULL_WIDTH_PLUS = "\uff0b"
SCHEME = "tel:"  # RFC 3966: how RFC 7643 section 4.1.2 wants a number written
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
MAIL_SCHEME = "mailto:"  # RFC 6068
_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>\s]+)>")  # RFC 5322 section 3.4, name-addr
MAX_LENGTH = 254
LONGEST_E164 = 16  # a plus sign and 15 digits (ITU-T E.164 section 6.2); some national plans have longer ones


class Fault(StrEnum):
    """Why something typed cannot be a number or an email; the value is the sentence to show."""

    EMPTY = for_agents("Enter your mobile number")
    NO_COUNTRY = for_agents("Start with + and your country code, like +34 612 345 678")
    TOO_SHORT = for_agents("That number is too short")
    TOO_LONG = for_agents("That number is too long")
    NOT_DIGITS = for_agents("Use digits only, like +34 612 345 678")
    NOT_AN_EMAIL = for_agents("Enter an email like name@company.com")


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A number in its one normal form, E.164."""

    e164: str

    @property
    def shown(self) -> str:
        """The number as people write it."""
        return phonenumbers.format_number(phonenumbers.parse(self.e164), phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@dataclass(frozen=True, slots=True)
class Email:
    """An email address, compared without regard to letter case."""

    address: str

    @property
    def shown(self) -> str:
        """The address as it was typed."""
        return self.address


def parse(typed: str, default_country: str = "") -> PhoneNumber | Email | Fault:
    """Read what was typed or pasted. Does not look up whether an agent has it."""
    text = visible(typed).strip()
    if not text:
        return Fault.EMPTY
    if "@" in text:
        text = bare_address(text)
        return Email(text) if len(text) <= MAX_LENGTH and EMAIL.fullmatch(text) else Fault.NOT_AN_EMAIL
    return _number(unseparated(text), default_country)


def unseparated(typed: str) -> str:
    """Return a number without what people and programs write around and between its digits. A plus stays, as +."""
    text = SEPARATORS.sub("", visible(typed)).replace(FULL_WIDTH_PLUS, "+")
    return text[len(SCHEME) :] if text.lower().startswith(SCHEME) else text


def bare_address(typed: str) -> str:
    """Return an email as it is, without what address books and links add: `Ana <ana@acme.example>`, `mailto:…`.

    A text that might mean another address is returned unchanged, without invisible characters.
    """
    text = visible(typed).strip()
    named = _NAMED.fullmatch(text)
    if named is None:
        return _unlinked(text)
    name, address = _unlinked(named["name"].strip(" \"'")), _unlinked(named["address"])
    return address if "@" in address and ("@" not in name or name.casefold() == address.casefold()) else text


def _unlinked(text: str) -> str:
    """Return the address of a link to one address, without a subject and without escapes."""
    is_link = text.lower().startswith(MAIL_SCHEME) and not set("%?,;") & set(text)
    return text[len(MAIL_SCHEME) :] if is_link else text


def visible(typed: str) -> str:
    """Return a text without invisible characters. A phone's contacts put marks of direction around a number."""
    return "".join(it for it in typed if unicodedata.category(it) != "Cf")


def _number(text: str, default_country: str) -> PhoneNumber | Fault:
    digits = text.removeprefix("+")
    if len(digits) > MAX_LENGTH or not digits.isdecimal():
        return Fault.NOT_DIGITS if len(digits) <= MAX_LENGTH else Fault.TOO_LONG
    plain = "".join(str(int(digit)) for digit in digits)
    international = text.startswith("+") or plain.startswith("00")
    if not international and not default_country:
        return Fault.NO_COUNTRY
    try:
        number = phonenumbers.parse(f"+{plain.removeprefix('00')}" if international else plain, default_country or None)
    except phonenumbers.NumberParseException as error:
        return _fault(error.error_type)
    reason = phonenumbers.is_possible_number_with_reason(number)
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if reason == phonenumbers.ValidationResult.TOO_LONG or len(e164) > LONGEST_E164:
        return Fault.TOO_LONG
    if reason == phonenumbers.ValidationResult.TOO_SHORT:
        return Fault.TOO_SHORT
    # A national zero (trunk prefix) is not part of an E.164 number and was left out. If another one follows,
    # which a second reading would leave out too, the number has a digit too many.
    return PhoneNumber(e164) if phonenumbers.parse(e164) == number else Fault.TOO_LONG


def _fault(error_type: int) -> Fault:
    kinds = phonenumbers.NumberParseException
    return {
        kinds.INVALID_COUNTRY_CODE: Fault.NO_COUNTRY,
        kinds.TOO_LONG: Fault.TOO_LONG,
        kinds.TOO_SHORT_NSN: Fault.TOO_SHORT,
        kinds.TOO_SHORT_AFTER_IDD: Fault.TOO_SHORT,
    }.get(error_type, Fault.NOT_DIGITS)
