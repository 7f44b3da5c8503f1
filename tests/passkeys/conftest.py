"""An agent who has a passkey."""

import pytest

from tests.passkeys.authenticator import Authenticator
from tests.passkeys.kept import keep


@pytest.fixture
def passkey(agent):
    """The keeper of a passkey of Ana's, set up on her iPhone."""
    return keep(Authenticator(count=5), agent)
