"""Latchkey: a SAML 2.0 identity provider for Twilio Flex agents on phones."""
