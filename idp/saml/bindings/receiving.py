"""Receives a message from a Django request, from the octets as received, never from its parsed GET and POST."""

from django.http import HttpRequest

from idp.saml.bindings.decoding import receive_post, receive_redirect
from idp.saml.received_message import Message, ReceivedMessage


def receive(request: HttpRequest, message: Message | None = Message.REQUEST) -> ReceivedMessage:
    """Decode the message of a GET or POST. None accepts a request and a response. Raises as `decoding` does."""
    if request.method == "POST":
        return receive_post(request.body, request.headers.get("Content-Type", ""), message)
    return receive_redirect(request.META.get("QUERY_STRING", ""), message)
