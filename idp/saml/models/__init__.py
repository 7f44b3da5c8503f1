"""The tables of this package: service providers, what is released to them, and what was sent to them."""

from idp.saml.models.endpoints import AssertionConsumer, LogoutEndpoint
from idp.saml.models.heard import HeardRequest, Listening
from idp.saml.models.issued import IssuedAssertion
from idp.saml.models.logout import Logout, LogoutNotice, ObeyedLogoutRequest
from idp.saml.models.metadata_source import MetadataSource
from idp.saml.models.released import ReleasedAttribute, SentAttribute
from idp.saml.models.service_provider import ServiceProvider
from idp.saml.models.subject_name import NameIdIsFixed, SubjectName

__all__ = [
    "AssertionConsumer",
    "HeardRequest",
    "IssuedAssertion",
    "Listening",
    "Logout",
    "LogoutEndpoint",
    "LogoutNotice",
    "MetadataSource",
    "NameIdIsFixed",
    "ObeyedLogoutRequest",
    "ReleasedAttribute",
    "SentAttribute",
    "ServiceProvider",
    "SubjectName",
]
