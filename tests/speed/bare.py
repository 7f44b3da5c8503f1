"""Django with one view and no middleware: the least that any page of Django costs."""

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.urls import path


def hello(_request):
    return HttpResponse("Hello")


def own_addresses(get_response):
    """Serve the addresses of this module, although Latchkey is configured in the same process."""

    def middleware(request):
        request.urlconf = __name__
        return get_response(request)

    return middleware


def application():
    from django.test import override_settings

    with override_settings(MIDDLEWARE=[f"{__name__}.{own_addresses.__name__}"]):
        return WSGIHandler()


urlpatterns = [path("", hello)]
