"""The one address of a Redis that Sentinel moves from one computer to another."""

import pytest

from idp.conf.sentinels import Watched, read

GOOD = {
    "redis+sentinel://one/main": Watched((("one", 26379),), "main"),
    "redis+sentinel://one:1,[::1]:2,10.0.0.3/main/7": Watched((("one", 1), ("::1", 2), ("10.0.0.3", 26379)), "main", 7),
    "redis+sentinel://us%40r:p%2Fw,x@one/main": Watched((("one", 26379),), "main", 0, "us@r", "p/w,x"),
    "redis+sentinel://:secret@one/main": Watched((("one", 26379),), "main", 0, None, "secret"),
}
BAD = [
    "redis://one/main",
    "redis+sentinel://one",
    "redis+sentinel://one/",
    "redis+sentinel://one/main/x",
    "redis+sentinel:///main",
    "redis+sentinel://one,/main",
    "redis+sentinel://one:0/main",
    "redis+sentinel://one:65536/main",
    "redis+sentinel://one/main?db=1",
]


@pytest.mark.parametrize("url", GOOD)
def test_the_url_names_the_sentinels_the_service_and_our_credentials(url):
    assert read(url) == GOOD[url]


@pytest.mark.parametrize("url", BAD)
def test_a_url_without_a_sentinel_or_service_is_refused(url):
    with pytest.raises(ValueError, match="entinel"):
        read(url)


def test_the_password_is_not_shown():
    assert "secret" not in repr(read("redis+sentinel://:secret@one/main"))
