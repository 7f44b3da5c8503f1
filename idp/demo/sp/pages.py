"""The pages of the demo SP, which show the content of the Response."""

from dataclasses import asdict
from html import escape

from idp.demo.sp.flavours import ENHANCED, FLAVOURS, Flavour
from idp.demo.sp.signing_in import SignedIn

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>
:root {{ --ink: #1b1f2a; --paper: #fff; --soft: #505a6b; --bar: #1c1440; --go: #5a2fc2; --line: #d9dde5; }}
@media (prefers-color-scheme: dark) {{ :root {{ --ink: #eef0f5; --paper: #141821; --soft: #b4bccb;
  --bar: #2c2259; --go: #c3aaff; --line: #333b4a; }} }}
body {{ margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.5 system-ui, sans-serif; }}
header {{ background: var(--bar); color: #fff; padding: .9rem 1.25rem; }}
header p {{ margin: 0; font-weight: 650; }}
main {{ max-width: 40rem; margin: 0 auto; padding: 1.25rem; overflow-wrap: anywhere; }}
h1 {{ font-size: 1.5rem; }}
dl {{ display: grid; grid-template-columns: minmax(7rem, auto) 1fr; margin: 1.5rem 0; }}
dt, dd {{ margin: 0; padding: .5rem 0; border-top: 1px solid var(--line); }}
dt {{ color: var(--soft); padding-inline-end: 1rem; }}
@media (max-width: 20rem) {{ dl {{ display: block; }} dd {{ padding-top: 0; border: 0; }} }}
button, .button {{ display: inline-flex; align-items: center; padding: .7rem 1.3rem; min-height: 2.75rem; font: inherit;
  font-weight: 650; color: var(--go); background: none; border: 2px solid var(--go); border-radius: .5rem;
  text-decoration: none; cursor: pointer; margin: 0 .5rem .5rem 0; }}
.soft {{ color: var(--soft); }}
a {{ color: var(--go); }}
ul {{ list-style: none; padding: 0; }}
li a {{ display: inline-block; padding: .4rem 0; }}
</style>
</head>
<body>
<header><p>Pretend {title}</p></header>
<main>
{body}
</main>
</body>
</html>
"""


def signed_out(flavour: Flavour, heading: str = "You are not signed in") -> str:
    """Return the page that offers to sign in."""
    others = "".join(
        f'<li><a href="{it.home}">Go to pretend {escape(it.title)}</a></li>\n' for it in FLAVOURS if it is not flavour
    )
    body = f"""<h1>{escape(heading)}</h1>
<p><a class="button" href="{flavour.home}sign-in">Sign in</a>
<a class="button" href="{flavour.home}sign-in?binding=post">Sign in by POST</a></p>
<p class="soft">{escape(flavour.plays)} It asks the identity provider who you are.
Seeded agents have the numbers +1 201 555 0101 to 0112.</p>
<ul>
{others}</ul>"""
    return _page(flavour, body)


def signed_in(flavour: Flavour, known: SignedIn) -> str:
    """Return the page that shows everything in the Response."""
    rows = [
        ("NameID", known.name_id),
        ("NameID format", known.name_id_format),
        *((name, ", ".join(values)) for name, values in known.attributes.items()),
        ("AuthnContext", known.authn_context),
        ("SessionIndex", known.session_index),
        ("RelayState", known.relay_state or ""),
        ("Sent", "encrypted" if known.encrypted else "readable"),
    ]
    listed = "\n".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    name = escape(", ".join(known.attributes.get("full_name", [known.name_id])))
    body = f"""<h1>Signed in as {name}</h1>
<form method="post" action="{flavour.home}sign-out"><button>Sign out</button></form>
<dl>
{listed}
</dl>
<p class="soft"><a href="{flavour.home}session.json">The same as JSON</a></p>"""
    return _page(flavour, body)


def post_request(flavour: Flavour, address: str, request: str, relay_state: str) -> str:
    """Return a page that posts the AuthnRequest, with a button for browsers without script."""
    body = f"""<h1>Going to sign in</h1>
<form method="post" action="{escape(address)}" id="request">
<input type="hidden" name="SAMLRequest" value="{escape(request)}">
<input type="hidden" name="RelayState" value="{escape(relay_state)}">
<button>Continue</button>
</form>
<script>document.getElementById("request").submit()</script>"""
    return _page(flavour, body)


def not_accepted(flavour: Flavour, why: str, *, what: str) -> str:
    """Return the page that says why a message was not accepted."""
    body = f"""<h1>{what} not accepted</h1>
<p>{escape(why)}</p>
<p><a class="button" href="{flavour.home}">Back</a></p>"""
    return _page(flavour, body)


def unreached(flavour: Flavour, idp_url: str, error: str) -> str:
    """Return the page that says that the IdP gives no metadata, without which nothing can be asked or checked."""
    body = f"""<h1>The identity provider does not answer</h1>
<p>{escape(idp_url)} gives no metadata ({escape(error)}). Is it running?</p>
<p><a class="button" href="{flavour.home}">Back</a></p>"""
    return _page(flavour, body)


def nothing(why: str) -> str:
    """Return the page at an address, or for a method, that the SP does not have."""
    body = f"""<h1>{escape(why)}</h1>
<p><a class="button" href="{ENHANCED.home}">Go to pretend {escape(ENHANCED.title)}</a></p>"""
    return _page(ENHANCED, body)


def as_json(known: SignedIn | None) -> dict[str, object]:
    """Return what the SP knows of the person, for scripts."""
    return {"signed_in": known is not None, **(asdict(known) if known else {})}


def _page(flavour: Flavour, body: str) -> str:
    return _PAGE.format(title=escape(flavour.title), body=body)
