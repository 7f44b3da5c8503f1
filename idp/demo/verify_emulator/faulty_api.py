"""Applies faults to calls. A lost answer is a ConnectionAbortedError."""

import json
from collections.abc import Callable
from dataclasses import replace

from idp.demo.verify_emulator.emulator import Emulator
from idp.demo.verify_emulator.exchange import Answer, Request, json_answer
from idp.demo.verify_emulator.misbehaviour import Fault, FaultKind
from idp.demo.verify_emulator.refusals import UNAVAILABLE, Refusal
from idp.demo.verify_emulator.verify_api import VerifyApi

_PAGE = b"<!doctype html><html><title>Bad gateway</title><h1>Bad gateway</h1></html>"


class FaultyVerifyApi:
    """Verify's paths, with the faults that tests have ordered for them."""

    def __init__(self, api: VerifyApi, emulator: Emulator, path_name: Callable[[Request], str]) -> None:
        self._api = api
        self._emulator = emulator
        self._path_name = path_name

    def answer(self, request: Request) -> Answer:
        """Answer a call. Raises ConnectionAbortedError if no answer may reach the client."""
        fault = self._emulator.take_fault(self._path_name(request))
        if fault is None:
            return self._api.answer(request)
        answer = self._instead(fault) if fault.does_nothing else self._api.answer(request)
        return self._spoil(answer, fault)

    def _instead(self, fault: Fault) -> Answer:
        if fault.kind is FaultKind.HTML:
            return Answer(fault.status, _PAGE, "text/html; charset=utf-8")
        if fault.kind is FaultKind.ERROR:
            return self._api.refuse(Refusal(fault.status, fault.code, "As ordered", fault.seconds))
        return self._api.refuse(UNAVAILABLE)

    def _spoil(self, answer: Answer, fault: Fault) -> Answer:
        if fault.kind in {FaultKind.SLOW, FaultKind.HANG}:
            self._emulator.idle(fault.seconds)
        if fault.kind in {FaultKind.HANG, FaultKind.DROP}:
            raise ConnectionAbortedError
        if fault.kind is FaultKind.TRUNCATED:
            return _cut(answer)
        if fault.kind is FaultKind.FIELDS:
            return json_answer(answer.status, {**json.loads(answer.body), **fault.fields}, answer.headers)
        return answer


def _cut(answer: Answer) -> Answer:
    """Return the answer with half its body, under the Content-Length of the whole."""
    whole = str(len(answer.body))
    return replace(
        answer,
        body=answer.body[: len(answer.body) // 2],
        headers={**answer.headers, "Content-Length": whole},
    )
