import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from idp.otp.identifiers import Email, Fault, PhoneNumber, bare_address, parse

SPANISH = PhoneNumber("+34612345678")
AMERICAN = PhoneNumber("+12015550101")


@pytest.mark.parametrize(
    "typed",
    [
        "+12015550101",
        " +1 201 555 0101 ",
        "+1 (201) 555-0101",
        "+1.201.555.0101",
        "+1\u00a0201\u2011555\u20130101",
        "0012015550101",
        "00 1 201 555 0101",
        "+١٢٠١٥٥٥٠١٠١",
        "+" + "".join(chr(0xFF10 + int(digit)) for digit in "12015550101"),
        "".join(chr(0xFEE0 + ord(it)) for it in "+1(201)555-0101"),
        "\u202a+1 201 555 0101\u202c",
        "\u2066\ufeff+1\u200e 201\u200b555\u00ad0101\u2069",
        "+1 201/555 0101",
        "tel:+1-201-555-0101",
        "TEL:+12015550101",
    ],
    ids=ascii,
)
def test_every_spelling_of_a_number_is_one_number(typed):
    assert parse(typed) == AMERICAN


@pytest.mark.parametrize("typed", ["612345678", "612 34 56 78", "612-345-678", "0034612345678", "+34612345678"])
def test_a_number_without_a_country_is_of_the_default_country(typed):
    assert parse(typed, "ES") == SPANISH


def test_a_national_number_too_long_for_the_world_is_none():
    assert parse("10000000000000", "JP") is Fault.TOO_LONG


def test_a_number_of_another_country_stays_one():
    assert parse("+1 201 555 0101", "ES") == AMERICAN


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", Fault.EMPTY),
        (" \t\n ", Fault.EMPTY),
        ("612345678", Fault.NO_COUNTRY),
        ("0", Fault.NO_COUNTRY),
        ("+999123456789", Fault.NO_COUNTRY),
        ("+1201555", Fault.TOO_SHORT),
        ("+34 6", Fault.TOO_SHORT),
        ("+120155501011234", Fault.TOO_LONG),
        ("+2000100200300", Fault.TOO_LONG),
        ("+200000000000", Fault.TOO_LONG),
        ("+" + "1" * 300, Fault.TOO_LONG),
        ("+1 201 JUST CALL", Fault.NOT_DIGITS),
        ("+", Fault.NOT_DIGITS),
        ("++12015550101", Fault.NOT_DIGITS),
        ("+1201555010½", Fault.NOT_DIGITS),
        ("+1201555010²", Fault.NOT_DIGITS),
        ("+12015550101;ext=5", Fault.NOT_DIGITS),
        ("tel:+1-201-555-0101;ext=5", Fault.NOT_DIGITS),
        ("tel:", Fault.NOT_DIGITS),
        ("\u202a\u202c", Fault.EMPTY),
        ("+12015550101\0", Fault.NOT_DIGITS),
        ("ana", Fault.NOT_DIGITS),
    ],
    ids=ascii,
)
def test_text_that_cannot_be_a_number_gets_a_sentence(typed, fault):
    assert parse(typed) is fault


@pytest.mark.parametrize("typed", ["ana@acme.example", " ana@acme.example ", "a+b@c.d.example", "ana@müller.example"])
def test_an_email_is_taken_as_it_was_typed(typed):
    assert parse(typed) == Email(typed.strip())


def test_an_email_that_was_pasted_with_invisible_characters_is_the_one_people_see():
    assert parse("\u2068ana@acme.example\u200b\u2069") == Email("ana@acme.example")


@pytest.mark.parametrize(
    "typed",
    ["@", "ana@", "@acme.example", "ana@acme", "a b@acme.example", "a@b@c.example", "a@b.c\nx@y.z", "a" * 251 + "@b.c"],
    ids=lambda it: ascii(it)[:20],
)
def test_text_that_cannot_be_an_email_gets_a_sentence(typed):
    assert parse(typed) is Fault.NOT_AN_EMAIL


@pytest.mark.parametrize(
    ("typed", "shown"), [("+12015550101", "+1 201-555-0101"), ("0034612345678", "+34 612 34 56 78")]
)
def test_a_number_is_shown_as_people_write_it_and_reads_back_as_the_same(typed, shown):
    assert parse(typed).shown == shown
    assert parse(shown) == parse(typed)


@pytest.mark.parametrize(
    ("typed", "e164"), [("+20 0100 200 300", "+20100200300"), ("+39 06 1234 5678", "+390612345678")]
)
def test_a_zero_after_the_country_code_counts_where_the_country_counts_it(typed, e164):
    assert parse(typed) == PhoneNumber(e164)


@given(st.text(max_size=300), st.sampled_from(["", "ES", "US", "JP"]))
def test_whatever_is_typed_gets_an_answer_that_reads_back(text, country):
    read = parse(text, country)
    assert isinstance(read, PhoneNumber | Email | Fault)
    if not isinstance(read, Fault):
        assert len(read.shown) <= 254
        assert parse(read.shown, country) == read


@example("+200000000000", "")
@given(st.from_regex(r"\A(\+|00)?[0-9 ()\-.]{3,20}\Z"), st.sampled_from(["", "ES", "US", "JP"]))
def test_a_number_comes_out_in_e164_and_reads_back(text, country):
    read = parse(text, country)
    if isinstance(read, PhoneNumber):
        assert read.e164[0] == "+"
        assert read.e164[1:].isascii()
        assert read.e164[1:].isdecimal()
        assert len(read.e164) <= 16
        assert parse(read.shown, country) == read


@pytest.mark.parametrize(
    "typed",
    [
        "Ana García <ana@acme.example>",
        '"García, Ana" <ana@acme.example>',
        "<ana@acme.example>",
        "mailto:ana@acme.example",
        "Ana <MAILTO:ana@acme.example>",
        "ana@acme.example<mailto:ana@acme.example>",
        "'ANA@acme.example' <ana@acme.example>",
        "\u200bana@acme.example ",
    ],
    ids=ascii,
)
def test_an_email_is_taken_out_of_what_an_address_book_or_a_link_writes(typed):
    assert bare_address(typed) == "ana@acme.example"
    assert parse(typed) == Email("ana@acme.example")


@pytest.mark.parametrize(
    "typed",
    [
        "ben@acme.example <ana@acme.example>",
        "Ana <ana@acme.example>, Ben <ben@acme.example>",
        "mailto:ana@acme.example,ben@acme.example",
        "mailto:ana%2Bx@acme.example",
        "mailto:ana@acme.example?cc=ben@acme.example",
        "Ana <ana>",
    ],
)
def test_an_email_that_might_be_another_stays_as_it_was_typed(typed):
    assert bare_address(typed) == typed
