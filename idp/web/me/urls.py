"""The URLs of agents' own pages."""

from django.urls import path

from idp.web.me import factors, not_me, page, passkeys, proving

urlpatterns = [
    path("me", page.me),
    path("me/authenticator", factors.authenticator),
    path("me/recovery-codes", factors.sheet),
    path("me/passkeys", passkeys.passkeys),
    path("me/sign-in", proving.begin),
    path("me/sign-in/<uuid:flow_id>", proving.end),
    path("me/not-me", not_me.not_me),
]
