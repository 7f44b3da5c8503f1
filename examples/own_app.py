"""An app of your own: it signs an agent in, stays signed in, and opens Flex. README.md says how to run it.

It needs Python 3.11 and nothing else. On a phone, a library such as AppAuth would do the first half.
"""

import argparse
import base64
import hashlib
import http.server
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import webbrowser
from pathlib import Path

CLIENT_ID = "example-app"  # as an operator registered it; an app has no secret, because it could not keep one
USER_AGENT = "ExampleApp/1.0 (Android 15; Mobile; Pixel 9)"  # access rules read the platform in it
PATH = "/signed-in"
PATIENCE = 300  # seconds for the agent to type number and code


class Refused(Exception):
    """The server refused. `error` and `reason` are for the program, the sentence is for its developer."""

    def __init__(self, answer, retry_after):
        super().__init__(f"{answer['error_description']} ({answer['error']}, reference {answer['reference']})")
        self.error, self.reason = answer["error"], answer.get("reason")
        self.retry_after = int(retry_after or 0)


class App:
    """One agent's sign-in at one server, stored in one file."""

    def __init__(self, server, file):
        self.file = file
        self.metadata = send("GET", f"{server}/.well-known/oauth-authorization-server")

    def sign_in(self):
        """Sign an agent in, in the system browser (RFC 8252) with PKCE (RFC 7636)."""
        verifier, state = secrets.token_urlsafe(32), secrets.token_urlsafe(16)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        with Landing() as landing:  # a phone has a private scheme or an https address instead
            redirect_uri = f"http://127.0.0.1:{landing.server_port}{PATH}"
            query = {
                "response_type": "code",
                "client_id": CLIENT_ID,
                "redirect_uri": redirect_uri,
                "state": state,
                "code_challenge": challenge,
                "code_challenge_method": "S256",
            }
            open_browser(f"{self.metadata['authorization_endpoint']}?{urllib.parse.urlencode(query)}")
            answer = landing.wait()
        if answer.get("state") != state or answer.get("iss") != self.metadata["issuer"]:
            sys.exit("The answer belongs to another sign-in.")
        if "error" in answer:
            sys.exit(f"Not signed in: {answer.get('error_description', answer['error'])}")
        grant = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": redirect_uri}
        self.store(self.request_token(**grant, code_verifier=verifier))

    def access_token(self):
        """Return an access token that stays valid for a while. Requests a new one if necessary."""
        stored = self.stored()
        if time.time() < stored["valid_until"] - 30:
            return stored["access_token"]
        try:
            self.store(self.request_token(grant_type="refresh_token", refresh_token=stored["refresh_token"]))
        except Refused as refused:
            if refused.error == "invalid_grant" and refused.reason != "refused":
                self.file.unlink()  # code_needed, replaced, signed_out, copied: the agent has to sign in again
            raise
        return self.stored()["access_token"]

    def request_token(self, **form):
        """Send a request to the token address. If the server is busy, wait as long as it says, and send it again."""
        try:
            return send("POST", self.metadata["token_endpoint"], form=form | {"client_id": CLIENT_ID})
        except Refused as refused:
            if not refused.retry_after:
                raise
            time.sleep(refused.retry_after)
            return send("POST", self.metadata["token_endpoint"], form=form | {"client_id": CLIENT_ID})

    def call(self, method, path, body=None):
        """Call the API, and return its answer."""
        return send(method, f"{self.metadata['issuer']}/api/v1{path}", token=self.access_token(), body=body)

    def sign_out(self):
        """End the sign-in at the server, then delete it here."""
        form = {"token": self.stored()["refresh_token"], "client_id": CLIENT_ID}
        send("POST", self.metadata["revocation_endpoint"], form=form)
        self.file.unlink()

    def stored(self):
        """Read the sign-in. A phone stores it in the Keychain, or in a file encrypted by the Keystore."""
        if not self.file.exists():
            sys.exit("Nobody is signed in. Sign in first.")
        return json.loads(self.file.read_text())

    def store(self, granted):
        """Write the sign-in, readable by this user only. Without a new refresh token, the old one stays."""
        before = self.stored() if self.file.exists() else {}
        after = before | granted | {"valid_until": time.time() + granted["expires_in"]}
        new = self.file.with_suffix(".new")
        new.unlink(missing_ok=True)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(after, file)
        new.replace(self.file)  # all or nothing, even if the power fails


class Landing(http.server.HTTPServer):
    """The address to which the browser returns: a server for one visit, which only this computer can reach."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Visit)
        self.answer = None

    def wait(self):
        """Return the parameters that the browser brings."""
        end = time.monotonic() + PATIENCE
        while self.answer is None and time.monotonic() < end:
            self.timeout = end - time.monotonic()
            self.handle_request()
        return self.answer or sys.exit("The browser did not return in time.")


class Visit(http.server.BaseHTTPRequestHandler):
    """One visit of the browser."""

    def do_GET(self):
        """Take the answer. Browsers also request an icon, which gets 404."""
        path, _, query = self.path.partition("?")
        if path != PATH:
            self.send_error(404)
            return
        self.server.answer = dict(urllib.parse.parse_qsl(query))
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"Return to the app. You can close this page.\n")

    def log_message(self, *_):
        """Log nothing, because the address contains the code."""


def open_browser(url):
    """Open the system browser, or print the address. The address is a secret as long as it is valid."""
    if webbrowser.open(url):
        print("Continue in the browser.", flush=True)
    else:
        print(f"Open this address in a browser:\n{url}", flush=True)


def send(method, url, *, token=None, form=None, body=None):
    """Send one request, with a form or with JSON, and return the JSON of the answer. Raises Refused."""
    request = urllib.request.Request(url, method=method, headers={"User-Agent": USER_AGENT})
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    if form:
        request.data = urllib.parse.urlencode(form).encode()
    if body:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise Refused(json.load(error), error.headers["Retry-After"]) from None


def main():
    """Run the command of the command line."""
    parser = argparse.ArgumentParser(description="An example of an app that signs agents in with Latchkey.")
    parser.add_argument("--server", default="http://localhost:8000", help="where Latchkey is (%(default)s)")
    parser.add_argument("--keep", type=Path, default=Path.home() / ".latchkey-example", help="file for the sign-in")
    acts = parser.add_subparsers(dest="act", required=True)
    acts.add_parser("sign-in", help="sign an agent in, in the browser")
    acts.add_parser("device", help="show this app's device")
    push = acts.add_parser("push", help="set the push address of this app")
    push.add_argument("provider", help="such as apns or fcm")
    push.add_argument("address", help="what the provider calls this app on this phone")
    acts.add_parser("flex", help="open Flex in the browser, without another code")
    acts.add_parser("sign-out", help="sign out")
    options = parser.parse_args()
    app = App(options.server, options.keep)
    match options.act:
        case "sign-in":
            app.sign_in()
            print(f"Signed in on {app.call('GET', '/device')['label']}.")
        case "device":
            print(json.dumps(app.call("GET", "/device"), indent=2))
        case "push":
            push = {"provider": options.provider, "address": options.address}
            print(json.dumps(app.call("PATCH", "/device", {"push": push})["push"], indent=2))
        case "flex":
            open_browser(app.call("POST", "/sign-in-links", {"sp": "flex"})["url"])
        case "sign-out":
            app.sign_out()
            print("Signed out.")


if __name__ == "__main__":
    try:
        main()
    except Refused as refused:
        sys.exit(str(refused))
    except OSError as error:
        sys.exit(f"The server cannot be reached: {error}")
