import pytest

from idp.policies.user_agents import parse

WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
BLINK = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("system", "version"),
    [
        ("iPhone; CPU iPhone OS 16_2 like Mac OS X", 16),
        ("iPad; CPU OS 17_5_1 like Mac OS X", 17),
        ("iPhone; CPU iPhone OS 18_5 like Mac OS X", 18),
        ("iPhone; CPU iPhone OS 18_6 like Mac OS X", None),
        ("iPhone; CPU iPhone OS 18_7_2 like Mac OS X", None),
        ("iPhone; CPU iPhone OS 26_0 like Mac OS X", None),
        ("iPhone; U; like Mac OS X", None),
        ("Macintosh; Intel Mac OS X 10_15_7", None),
    ],
)
def test_ios_is_believed_up_to_where_it_stopped_counting(system, version):
    assert parse(f"Mozilla/5.0 ({system}) {WEBKIT} Mobile/15E148").os_version == version


@pytest.mark.parametrize(
    ("system", "version"),
    [
        ("Linux; Android 14; SM-S918B", 14),
        ("Linux; Android 8.1.0; Nexus 5X", 8),
        ("Android 15; Mobile; rv:140.0", 15),
        ("Linux; Android 10; K", None),
        ("Linux; Android; Mobile", None),
        ("X11; Linux x86_64", None),
    ],
)
def test_android_is_believed_but_for_what_every_chrome_says(system, version):
    assert parse(f"Mozilla/5.0 ({system}) {BLINK} Chrome/147.0.0.0 Mobile Safari/537.36").os_version == version


@pytest.mark.parametrize(
    ("header", "version"),
    [
        ("AcmeAgent/3.2 (iOS app; CPU OS 16_2)", 16),
        ("AcmeAgent/3.2 (Some OS 12_3)", None),
        ("Acme/1 (Macro) (iPhone; CPU iPhone OS 16_2 like Mac OS X)", 16),
        ("Macro/1 (iPhone; CPU iPhone OS 16_2 like Mac OS X)", 16),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS 10_15) {WEBKIT} Mobile/15E148", None),
        ("Mozilla/5.0 (Windows NT 10.0; Some OS 12_3)", None),
    ],
)
def test_only_what_may_be_an_iphone_or_ipad_has_a_version_of_its_system(header, version):
    assert parse(header).os_version == version
