"""The catalogues: every marked text is there, in every language, in words that agents use."""

import re
from itertools import chain

import pytest

from idp.conf import LANGUAGES
from tests.languages import catalogues

AGAIN = "Run `make catalogues`, and translate what it lists (docs/how-to/add-a-language.md)."
LONGEST_SENTENCE, LONGEST_HEADING, LONGEST_TRANSLATED_HEADING = 20, 40, 45
EVERYWHERE = r"otp|mfa|saml|idp|token\w*"
BANNED = {
    "en": r"assertions?|devices?|sessions?|invalid|failed",
    "es": r"aserci\w+|dispositivos?|sesi\w+|inválid\w+|no válid\w+|fall\w+",
    "pt-br": r"asserç\w+|dispositivos?|sess\w+|inválid\w+|falh\w+",
    "fr": r"assertions?|appareils?|sessions?|invalides?|échou\w+|échec\w*|jetons?",
    "de": r"assertion\w*|geräte?\w*|sitzung\w*|ungültig\w*|fehlgeschlagen\w*|fehlschlag\w*",
    "ar": r"\w*تأكيد أمني|\w*جهاز|\w*أجهزة|\w*جلسة|\w*جلسات|غير صالح\w*|فشل\w*|\w*رمز مميز",
}
"""Never said to agents: the words of the trade and its translations."""
SAID_ALL_THE_SAME = {"es": r"(inici|cerr|cierr)\w* (de |la |tu )?sesión|(tener la sesión abierta|la sesión se cierra)"}
"""How people of a language say *sign in* and *sign out*."""
SAME_IN_MANY = re.compile(
    r"(%\(\w+\)s|[\s,:.]|iPhone|iPad|Mac|Tablet|tablet|Bot|Computer|Headset|Passkeys?|Error|console|minutes?)*"
    r"|(EEEE )?d MMMM.*"
)
PLACEHOLDER = re.compile(r"%\(\w+\)s")
TAG = re.compile(r"<[^>]+>")
NUMBER = re.compile(r"\+\d[\d\s]*\d")
FIXED = {"ar": (0, 1, 2)}
"""Plural forms that stand for one number alone, which may be said in words."""


def every_text():
    """Language, English text and its translation, for every language and English itself."""
    for message in list(catalogues.marked())[1:]:
        for text in forms(message.id):
            yield "en", text, text
    for code in catalogues.translated():
        for message in list(catalogues.read(code))[1:]:
            for text in forms(message.string):
                yield code, forms(message.id)[-1], text


def forms(text):
    return text if isinstance(text, tuple | list) else (text,)


@pytest.fixture(scope="module")
def texts():
    return list(every_text())


def sentences(text):
    return re.split(r"(?<=[.!?:؟])\s", TAG.sub("", PLACEHOLDER.sub("Flex", text)))


@pytest.mark.parametrize("code", catalogues.translated())
def test_a_catalogue_holds_exactly_the_marked_texts(code):
    there, marked = ({(it.id, it.context) for it in found} for found in (catalogues.read(code), catalogues.marked()))
    assert there == marked, AGAIN


@pytest.mark.parametrize("code", catalogues.translated())
def test_each_compiled_catalogue_is_up_to_date(code):
    assert catalogues.path(code, "mo").read_bytes() == catalogues.as_mo(catalogues.read(code)), AGAIN


@pytest.mark.parametrize("code", catalogues.translated())
def test_every_text_is_translated_in_every_plural_form_and_none_is_fuzzy(code):
    catalogue = catalogues.read(code)
    for message in list(catalogue)[1:]:
        wanted = catalogue.num_plurals if message.pluralizable else 1
        assert len(forms(message.string)) == wanted, message.id
        assert all(it.strip() for it in forms(message.string)), f"{code}: {message.id}. {AGAIN}"
        assert not message.fuzzy, message.id


def test_arabic_has_its_six_plural_forms():
    assert catalogues.read("ar").num_plurals == 6


@pytest.mark.parametrize("code", catalogues.translated())
def test_translations_have_the_placeholders_and_tags_of_the_english_text(code):
    for message in list(catalogues.read(code))[1:]:
        many = forms(message.id)[-1]
        for form, text in enumerate(forms(message.string)):
            missing = set(PLACEHOLDER.findall(many)) - set(PLACEHOLDER.findall(text))
            strange = set(PLACEHOLDER.findall(text)) - set(PLACEHOLDER.findall(many))
            counted = message.pluralizable and form in FIXED.get(code, (0,))
            assert not strange, message.id
            assert len(missing) <= (1 if counted else 0), message.id
            assert sorted(TAG.findall(text)) == sorted(TAG.findall(many)), message.id
            assert "%" not in PLACEHOLDER.sub("", text), message.id


def test_no_translation_repeats_the_english_text(texts):
    same = {(code, text) for code, english, text in texts if code != "en" and text == english}
    assert not {it for it in same if not SAME_IN_MANY.fullmatch(it[1])}


def test_no_text_for_agents_uses_jargon(texts):
    for code, _, text in texts:
        plain = re.sub(SAID_ALL_THE_SAME.get(code, "(?!)"), "", text, flags=re.IGNORECASE)
        found = re.search(rf"\b({EVERYWHERE}|{BANNED[code]})\b", plain, re.IGNORECASE)
        assert not found, f"{code}: “{found}” in {text}"


def test_sentences_are_short(texts):
    long = {(code, it) for code, _, text in texts for it in sentences(text) if len(it.split()) > LONGEST_SENTENCE}
    assert not long


def test_headings_are_short(texts):
    headings = set(chain.from_iterable(map(catalogues.headings, catalogues.sources())))
    assert len(headings) > 60
    for code, english, text in texts:
        most = LONGEST_HEADING if code == "en" else LONGEST_TRANSLATED_HEADING
        if english in headings:
            assert len(PLACEHOLDER.sub("Flex", text)) <= most, f"{code}: {text}"


def test_a_sentence_quotes_a_button_by_its_translated_label(texts):
    said = {(code, english): text for code, english, text in texts}
    for code in LANGUAGES:
        again = said[code, "That code has expired. Choose Text me again for a new one."]
        assert said[code, "Text me again"] in again
        use = said[code, "To use one: choose “Use an app or recovery code” when you sign in."]
        assert said[code, "Use an app or recovery code"] in use


def test_numbers_in_arabic_texts_are_isolated_to_keep_the_order_of_digits(texts):
    arabic = [text for code, _, text in texts if code == "ar" and NUMBER.search(text)]
    assert arabic
    assert all(re.search(rf"\u2066{NUMBER.pattern}\u2069", text) for text in arabic)


@pytest.mark.parametrize(("in_english", "ends"), [("EEEE d MMMM, HH:mm 'UTC'", " 'UTC'"), ("d MMMM y", "y")])
def test_a_pattern_of_an_instant_has_what_a_browser_can_fill_and_a_time_is_in_utc(in_english, ends):
    patterns = [text for _, english, text in every_text() if english == in_english]
    assert len(patterns) == len(LANGUAGES)
    for pattern in patterns:
        assert pattern.endswith(ends)
        assert not re.search("[A-Za-z]", re.sub("'[^']*'|EEEE|MMMM|HH:mm|d|y", "", pattern))
