"""User-Agent headers to try: of browsers and apps as they are sent, and the parts that others are made of."""

import csv
from pathlib import Path

with (Path(__file__).parent / "user_agents.csv").open(encoding="utf-8", newline="") as file:
    SAMPLES = list(csv.DictReader(file))

WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
IOS = f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {WEBKIT}"
IPAD = f"Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) {WEBKIT}"
MAC = f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT}"
BLINK = "AppleWebKit/537.36 (KHTML, like Gecko)"
LINUX = f"Mozilla/5.0 (X11; Linux x86_64) {BLINK}"
IPHONE_SAFARI = f"{IOS} Version/17.5 Mobile/15E148 Safari/604.1"
MAC_SAFARI = f"{MAC} Version/17.5 Safari/605.1.15"
PIXEL = f"Mozilla/5.0 (Linux; Android 10; K) {BLINK} Chrome/147.0.0.0 Mobile Safari/537.36"
FLEX_MOBILE_IOS, FLEX_MOBILE_ANDROID = (it["user_agent"] for it in SAMPLES[:2])


def android(model, products):
    return f"Mozilla/5.0 (Linux; Android 13; {model}) {BLINK} {products}"
