"""The chapters, in the standard's order."""

from tests.asvs import authentication, authorisation, browser, incoming, keys, running, sessions, tokens

CHAPTERS = {
    "V1 Encoding": incoming.V1,
    "V2 Validation and business logic": incoming.V2,
    "V3 Web front end": browser.V3,
    "V4 API": browser.V4,
    "V5 Files": browser.V5,
    "V6 Authentication": authentication.V6,
    "V7 Sessions": sessions.V7,
    "V8 Authorisation": authorisation.V8,
    "V9 Self-contained tokens": tokens.V9,
    "V10 OAuth and OpenID Connect": tokens.V10,
    "V11 Cryptography": keys.V11,
    "V12 Communication": keys.V12,
    "V13 Configuration": keys.V13,
    "V14 Data": running.V14,
    "V15 Code and architecture": running.V15,
    "V16 Logging and errors": running.V16,
    "V17 WebRTC": running.V17,
}
REQUIREMENTS = [it for chapter in CHAPTERS.values() for it in chapter]
