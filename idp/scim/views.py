"""The SCIM addresses (RFC 7644 section 3). Each requires the secret of a personnel system."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from idp import clock
from idp.agents.models import Agent
from idp.audit import events
from idp.audit.events import Actor
from idp.importing.reading import Rules
from idp.login import request_facts
from idp.scim import attributes, body, patching, paths, querying, responses, schemas, users
from idp.scim.attributes import User
from idp.scim.body import LONGEST_BODY, Resource
from idp.scim.errors import InvalidValue, NoSuchResource, NotFiltered, NotLetIn, OtherMediaType, TooLong
from idp.scim.models import PersonnelSystem, system_of
from idp.scim.querying import Query
from idp.scim.users import Provisioner

MEDIA_TYPES = (responses.MEDIA_TYPE, "application/json")
NO_ADDRESS = "There is no such SCIM address, or nobody with this ID. Latchkey has /Users, but no /Bulk and no /Me."
View = Callable[..., HttpResponse]


def _authenticated(*methods: str) -> Callable[[View], View]:
    """Return a decorator that authenticates the personnel system and limits the methods. Raises NotLetIn."""

    def guarded(view: View) -> View:
        @csrf_exempt
        @require_http_methods(methods)
        @wraps(view)
        def inner(request: HttpRequest, **named: Any) -> HttpResponse:
            scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
            system = system_of(secret.strip()) if scheme.lower() == "bearer" else None
            if system is None:
                raise NotLetIn
            by = Actor(f"personnel system {system}", request_facts.origin_of(request))
            with events.acting(by):
                return view(request, system, **named)

        return inner

    return guarded


@_authenticated("GET")
def service_provider_config(_: HttpRequest, __: PersonnelSystem) -> HttpResponse:
    """Return what Latchkey supports."""
    return responses.scim_response(schemas.service_provider_config(_base()))


@_authenticated("GET")
def groups(_: HttpRequest, __: PersonnelSystem) -> HttpResponse:
    """Return no groups. Okta asks for them even if it sends none, and takes an error for a failed connection."""
    return responses.scim_response(schemas.listed([], 0))


@_authenticated("GET")
def discovered(request: HttpRequest, _: PersonnelSystem, what: str, named: str = "") -> HttpResponse:
    """Return all resource types or schemas, or the named one. Raises NoSuchResource and NotFiltered."""
    if "filter" in request.GET:
        raise NotFiltered
    known = schemas.resource_types(_base()) if what == "ResourceTypes" else schemas.schemas(_base())
    if not named:
        return responses.scim_response(schemas.listed(known, len(known)))
    for it in known:
        if it["id"] == named:
            return responses.scim_response(it)
    raise NoSuchResource


@_authenticated("GET", "POST")
def people(request: HttpRequest, system: PersonnelSystem) -> HttpResponse:
    """List people, or add someone."""
    if request.method == "GET":
        return responses.scim_response(_page(querying.read(_asked(request)), system))
    selection, resource = querying.selection_of(_asked(request)), _read(request, paths.USER)
    created = _resource(users.create(_by(request, system), partial(_as_whole, resource)))
    headers = {"Location": created["meta"]["location"]}
    return responses.scim_response(selection.of(created), status=201, headers=headers)


@_authenticated("POST")
def search(request: HttpRequest, system: PersonnelSystem) -> HttpResponse:
    """List people as a body asks, so that no name or number is in an address."""
    return responses.scim_response(_page(querying.read(_read(request, querying.SEARCH)), system))


@_authenticated("GET", "PUT", "PATCH", "DELETE")
def person(request: HttpRequest, system: PersonnelSystem, pk: UUID) -> HttpResponse:
    """Return, change or deactivate someone."""
    selection = querying.selection_of(_asked(request))
    match request.method:
        case "PUT":
            agent = users.change(_by(request, system), pk, partial(_as_whole, _read(request, paths.USER)))
        case "PATCH":
            agent = users.change(_by(request, system), pk, partial(_as_patched, _read(request, patching.PATCH)))
        case "DELETE":
            users.remove(_by(request, system), pk)
            return HttpResponse(status=204)
        case _:
            agent = users.find(system, pk)
    return responses.scim_response(selection.of(_resource(agent)))


@_authenticated("GET", "POST", "PUT", "PATCH", "DELETE")
def unsupported(_: HttpRequest, __: PersonnelSystem, rest: str) -> HttpResponse:
    """Answer that there is no such address. Raises NoSuchResource."""
    raise NoSuchResource(rest[:100], sentence=NO_ADDRESS)


def _page(query: Query, system: PersonnelSystem) -> Resource:
    start, count = query.start, query.count
    found = users.matching(system, query.wanted)
    page = [query.selection.of(_resource(it)) for it in found[start - 1 : start - 1 + count]]
    is_last = len(page) < count and (page or start == 1)
    if is_last:
        return schemas.listed(page, start - 1 + len(page), start)
    return schemas.listed(page, found.count() if query.wanted else users.total(system), start)


def _asked(request: HttpRequest) -> Resource:
    """Return the parameters of the address, as the body of a search would have them."""
    given = {name.lower(): values for name, values in request.GET.lists()}
    return {name: values if name in querying.LISTS else values[-1] for name, values in given.items()}


def _read(request: HttpRequest, schema: str) -> Resource:
    if request.content_type not in MEDIA_TYPES:
        raise OtherMediaType
    content = request.read(LONGEST_BODY + 1)
    if len(content) > LONGEST_BODY:
        raise TooLong
    return body.read(content, schema)


def _as_whole(resource: Resource, user: User, rules: Rules) -> User:
    if not resource.get("username"):
        raise InvalidValue(sentence="userName is missing.")
    return attributes.whole(user, resource, rules)


def _as_patched(operations: Resource, user: User, rules: Rules) -> User:
    return patching.patched(user, operations, rules)


def _by(request: HttpRequest, system: PersonnelSystem) -> Provisioner:
    return Provisioner(system, request_facts.origin_of(request), clock.now())


def _resource(agent: Agent) -> Resource:
    return schemas.user(users.read(agent), agent.pk, agent.created_at, _base())


def _base() -> str:
    return f"{settings.LATCHKEY.base_url}/scim/v2"
