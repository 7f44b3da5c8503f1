"""Other SAML and token libraries, measured alternately with Latchkey on the same machine."""
