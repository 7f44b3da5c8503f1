"""The addresses of agents' own page."""

from django.urls import path

from idp.web import me, me_factors, me_passkeys, me_reports, me_sign_in

urlpatterns = [
    path("me", me.me),
    path("me/authenticator", me_factors.authenticator),
    path("me/recovery-codes", me_factors.sheet),
    path("me/passkeys", me_passkeys.passkeys),
    path("me/sign-in", me_sign_in.begin),
    path("me/sign-in/<uuid:flow_id>", me_sign_in.end),
    path("me/not-me", me_reports.not_me),
]
