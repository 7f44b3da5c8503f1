import pytest

from idp.saml.models import ServiceProvider
from tests.saml.metadata import sites
from tests.saml.metadata.documents import acs, an_entity
from tests.saml.metadata.sites import certificate_for
from tests.web.pages.metadata.metadata_forms import NEW, preview, sent_back


@pytest.fixture
def app(admin, keys):
    """A service that was registered by its metadata."""
    page = preview(admin, pasted=an_entity(acs()).decode(), slug="app", name="App")
    admin.post(NEW, sent_back(page))
    return ServiceProvider.objects.get()


@pytest.fixture
def pem(tmp_path, monkeypatch):
    (tmp_path / "authority.pem").write_bytes(sites.authority())
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return certificate_for(tmp_path, "localhost", "127.0.0.1")
