"""We ourselves, as production runs us: gunicorn with one process, all features on, twenty access rules; SQLite."""

from contextlib import contextmanager
from itertools import count

from tests.peers import driving
from tests.speed import serving as speed
from tests.user_agents import DESKTOP

name, times = "ours", 160
_numbers = count(1)


@contextmanager
def serving(folder, query, _entity, _acs):
    """Serve from the database of this process, with eight agents whose computers have a session."""
    from idp.keys import keyring
    from idp.keys.models import State, Use

    with speed.serving(folder) as installation:
        sso = f"{installation.url}/saml/sso"
        kept = [speed.signed_in(_numbers) for _ in range(driving.BROWSERS)]
        browsers = [driving.a_browser(sso, query, it, **{"User-Agent": DESKTOP})[0] for it in kept]
        certificate = keyring.published(Use.SAML, State.ACTIVE)[0].certificate
        yield driving.Server(installation.process.pid, browsers, certificate)
