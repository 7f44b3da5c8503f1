"""The WSGI application: routes each path to a part of the emulator."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from idp.demo.verify_emulator import control, pages
from idp.demo.verify_emulator.emulator import Emulator
from idp.demo.verify_emulator.exchange import Answer, Request, json_answer
from idp.demo.verify_emulator.faulty_api import FaultyVerifyApi
from idp.demo.verify_emulator.messaging_api import MessagingApi
from idp.demo.verify_emulator.resources import Service
from idp.demo.verify_emulator.verify_api import VerifyApi, path_name


class Application:
    """The simulated Verify, its outbox, the phones and the control address, as one WSGI application."""

    def __init__(self, service: Service, emulator: Emulator) -> None:
        self._emulator = emulator
        self._verify = FaultyVerifyApi(VerifyApi(service, emulator), emulator, path_name)
        self._messaging = MessagingApi(service, emulator)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        answer = self._answer(Request.read(environ))
        start_response(answer.status_line, answer.header_list())
        return [answer.body]

    def _answer(self, request: Request) -> Answer:
        if request.path.startswith("/v2/"):
            return self._verify.answer(request)
        if request.path.startswith("/2010-04-01/"):
            return self._messaging.answer(request)
        if request.path == "/control":
            return control.answer(request, self._emulator)
        if request.path == "/outbox.json":
            return pages.outbox(request, self._emulator)
        if request.path == "/":
            return pages.phone(request, self._emulator)
        return json_answer(404, {"error": "There is nothing at this address."})
