"""What comes of a logo: shapes and colours stay, all else is left out or refused with what would do."""

import struct
import zlib
from urllib.parse import unquote

import pytest

from idp.branding.logos import LARGEST, PNG_SIGNATURE, NotALogo, clean
from tests.branding.logos import SHAPE, a_png, a_png_without_a_size, svg


def shown(data):
    return unquote(clean(data).address.removeprefix("data:image/svg+xml,"))


def test_a_logo_keeps_its_shapes_and_colours():
    logo = clean(svg())
    assert shown(svg()) == svg().decode()
    assert (logo.width, logo.height) == (40, 20)


def test_a_size_in_pixels_replaces_a_missing_view_box():
    assert 'viewBox="0 0 40 20"' in shown(svg(attributes='width="40px" height="20"'))


@pytest.mark.parametrize(
    "more",
    [
        '<path onload="alert(1)" d="M0 0"/>',
        '<path fill="url(https://evil.example/a)" d="M0 0"/>',
        '<path fill="u\\72l(//evil.example)" d="M0 0"/>',
        '<linearGradient href="https://evil.example/a#b"/>',
        '<path style="fill:url(//evil.example)" d="M0 0"/>',
        '<path fill="URL(//evil.example)" d="M0 0"/>',
        '<path fill="url(#a) url(//evil.example)" d="M0 0"/>',
        '<x:path xmlns:x="https://editor.example/evil"/>',
        "<metadata>evil</metadata><title>evil</title>",
        "<!-- evil --><?evil?>",
        "<g>evil alert</g>",
    ],
)
def test_active_content_of_a_logo_is_removed(more):
    left = shown(svg(SHAPE + more))
    assert not [it for it in ("evil", "alert", "on", "\\72") if it in left.replace("version", "")]
    assert SHAPE in left


@pytest.mark.parametrize(
    ("inner", "advice"),
    [
        ("<script>alert(1)</script>", "<script>"),
        ("<foreignObject/>", "<foreignObject>"),
        ('<use href="#a"/>', "<use>"),
        ("<animate/>", "<animate>"),
        ("<style>*{fill:red}</style>", "presentation attributes"),
        ("<text>Acme</text>", "Turn it into paths"),
        ('<image href="data:,"/>', "Save the logo as PNG"),
    ],
)
def test_an_unsupported_logo_is_rejected_with_advice(inner, advice):
    with pytest.raises(NotALogo, match=advice):
        clean(svg(inner))


def test_colours_in_a_style_attribute_become_attributes():
    assert 'fill="#123456"' in shown(svg('<path d="M0 0" style="fill:#123456;-inkscape-x:y"/>'))


def test_a_gradient_may_take_its_stops_from_another():
    inner = '<linearGradient id="a"/><linearGradient xlink:href="#a" xmlns:xlink="http://www.w3.org/1999/xlink"/>'
    assert 'href="#a"' in shown(svg(inner))


def test_entities_are_not_followed():
    bomb = '<!DOCTYPE svg [<!ENTITY a "evil"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
    assert "evil" not in shown(svg(SHAPE + "<g>&a;&b;</g>", before=bomb))


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<html/>", b"<svg", svg(attributes="")])
def test_a_file_that_is_no_picture_is_rejected(data):
    with pytest.raises(NotALogo):
        clean(data)


@pytest.mark.parametrize("data", [svg("<path d='%s'/>" % ("M0 0" * LARGEST)), a_png(3000, 1)])
def test_a_picture_that_is_too_large_is_rejected(data):
    with pytest.raises(NotALogo, match=r"is the most|may be up to"):
        clean(data)


@pytest.mark.parametrize("size", ["1e-310 1e-310", "nan 20", "40 0", "40 inf"])
def test_a_picture_whose_size_no_page_could_show_is_rejected(size):
    with pytest.raises(NotALogo, match="may be up to"):
        clean(svg(attributes=f'viewBox="0 0 {size}"'))


def test_a_png_loses_everything_but_the_picture():
    said = b"tEXtAuthor\0Olivia"
    extra = struct.pack(">I", len(said) - 4) + said + struct.pack(">I", zlib.crc32(said))
    assert clean(a_png(extra=extra)) == clean(a_png())
    assert (clean(a_png()).width, clean(a_png()).height) == (40, 20)


@pytest.mark.parametrize(
    "data", [a_png()[:-5], a_png().replace(b"IHDR", b"IHDX"), PNG_SIGNATURE, a_png_without_a_size()]
)
def test_a_damaged_png_is_rejected(data):
    with pytest.raises(NotALogo, match="damaged"):
        clean(data)
