"""The phones: their messages as JSON for tests, and as pages for people."""

from html import escape

from idp.demo.verify_emulator.emulator import Emulator
from idp.demo.verify_emulator.exchange import Answer, Request, json_answer
from idp.demo.verify_emulator.outbox import Message
from idp.demo.verify_emulator.resources import instant

MESSAGES_SHOWN = 50
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_KINDS = {"sms": "Text", "call": "Call", "whatsapp": "WhatsApp"}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="3">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>
:root {{ --desk: #e8ebf0; --case: #1d2433; --screen: #f7f8fa; --bubble: #fff; --ink: #1b2130;
  --quiet: #5a6475; --line: #d9dee7; --accent: #1f5fd6; }}
@media (prefers-color-scheme: dark) {{ :root {{ --desk: #0e1118; --case: #323b4d; --screen: #151a24;
  --bubble: #212836; --ink: #eef1f6; --quiet: #a3adbe; --line: #303a4b; --accent: #8ab4ff; }} }}
* {{ box-sizing: border-box; }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
  background: var(--desk); color: var(--ink); font: 1rem/1.45 system-ui, sans-serif; }}
main {{ width: 100%; max-width: 25rem; min-height: min(46rem, calc(100vh - 2rem)); padding: 0 1rem 1.5rem;
  background: var(--screen); border: .6rem solid var(--case); border-radius: 2.2rem; overflow: hidden; }}
header {{ margin: 0 -1rem 1rem; padding: 1.2rem 1.4rem .9rem; border-bottom: 1px solid var(--line); }}
h1 {{ margin: 0; font-size: 1.3rem; }}
header p {{ margin: .2rem 0 0; color: var(--quiet); font-size: .9rem; }}
ol {{ list-style: none; margin: 0; padding: 0; display: grid; gap: .8rem; }}
li {{ padding: .8rem 1rem; background: var(--bubble); border: 1px solid var(--line);
  border-radius: .4rem 1.2rem 1.2rem 1.2rem; overflow-wrap: anywhere; }}
.head {{ display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 .6rem; color: var(--quiet);
  font-size: .85rem; }}
.code {{ margin: .25rem 0 .1rem; font-size: 1.9rem; font-weight: 650; letter-spacing: .12em;
  font-variant-numeric: tabular-nums; }}
.text {{ margin: 0; }}
.none {{ color: var(--quiet); text-align: center; padding: 4rem 1rem; }}
a {{ color: var(--accent); }}
a:focus-visible {{ outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }}
</style>
</head>
<body>
<main>
<header><h1>{title}</h1><p>{about}</p></header>
{messages}
</main>
</body>
</html>
"""
_MESSAGE = """<li>
<div class="head"><span>{kind} to <a href="/?to={link}">{to}</a></span>
<time datetime="{at}">{time}</time></div>
<p class="code">{code}</p>
<p class="text">{text}</p>
</li>"""


def outbox(request: Request, emulator: Emulator) -> Answer:
    """List the messages to `to`, or to all, newest first. Waits up to `wait` seconds for more than `after` of them."""
    try:
        after, wait = int(request.query.get("after", "0")), int(request.query.get("wait", "0"))
    except ValueError:
        return json_answer(400, {"error": "after and wait must be whole numbers."})
    found = emulator.messages(_number(request), after=after, wait=wait)
    return json_answer(200, [_as_json(message) for message in found])


def phone(request: Request, emulator: Emulator) -> Answer:
    """Show the messages as a phone would: all of them, or those to one number."""
    to = _number(request)
    found = emulator.messages(to)[:MESSAGES_SHOWN]
    items = "\n".join(_as_html(message) for message in found)
    page = _PAGE.format(
        title=f"Messages to {escape(to)}" if to else "Demo phones",
        about='<a href="/">Show all numbers</a>' if to else "No real phone gets any of these messages.",
        messages=f"<ol>{items}</ol>" if found else '<p class="none">No messages yet.</p>',
    )
    return Answer(200, page.encode(), "text/html; charset=utf-8", _HEADERS)


def _number(request: Request) -> str | None:
    """Return the requested number. An unescaped plus sign arrives as a space."""
    to = request.query.get("to", "").strip()
    return f"+{to.removeprefix('+')}" if to else None


def _as_json(message: Message) -> dict[str, str]:
    return {
        "to": message.to,
        "channel": message.channel,
        "code": message.code,
        "sent_at": instant(message.sent_at),
        "text": message.text,
    }


def _as_html(message: Message) -> str:
    return _MESSAGE.format(
        kind=escape(_KINDS.get(message.channel, message.channel)),
        to=escape(message.to),
        link=escape(message.to.replace("+", "%2B")),
        at=instant(message.sent_at),
        time=f"{message.sent_at:%H:%M:%S} UTC",
        code=escape(message.code),
        text=escape(message.text),
    )
