"""A page of the admin in every appearance: light and dark, wide and narrow, both text directions, large text."""

from tests.accessibility.axe import CONTRAST, axe
from tests.accessibility.contrast import Contrast

WIDE, PHONE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}, {"width": 320, "height": 640}
TOO_WIDE = """([direction, fontSize]) => {
  document.documentElement.dir = direction;
  document.documentElement.style.fontSize = fontSize;
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const scrolls = (it) => it && it !== document.body &&
    (getComputedStyle(it).overflowX !== "visible" || scrolls(it.parentElement));
  const beyond = [...document.querySelectorAll("body *")].filter((it) => {
    const box = it.getBoundingClientRect();
    return box.width && (box.right > width + 1 || box.left < -1) && !scrolls(it.parentElement);
  });
  return ["scrolls sideways", ...beyond.map((it) => it.outerHTML.slice(0, 120))].slice(0, 4);
}"""

TORN = """() => {
  const place = (it) => { const span = document.createRange(); span.selectNodeContents(it); return span; };
  const torn = [...document.querySelectorAll("td")].filter(
    (it) => /^\\d+$/.test(it.innerText.trim()) && place(it).getClientRects().length > 1);
  const apart = [...document.querySelectorAll("label:has(> input:is([type=checkbox], [type=radio]))")].filter((it) => {
    const box = it.querySelector("input").getBoundingClientRect(), words = it.lastChild;
    const begin = words.nodeType === Node.TEXT_NODE && words.data.trim() && place(words).getBoundingClientRect();
    return begin && box.width && (box.width > 40 || Math.abs(begin.left - box.right) > 40);
  });
  const far = [...document.querySelectorAll(".own p > label:first-child")].filter((it) => {
    const field = it.control?.getBoundingClientRect();
    return field?.width && field.top - it.getBoundingClientRect().bottom > 20;
  });
  const told = (what) => (it) => `${what}: ${it.outerHTML.slice(0, 120)}`;
  return [...torn.map(told("a number in two lines")), ...apart.map(told("a box far from its words")),
    ...far.map(told("a field far below its label"))].slice(0, 4);
}"""
"""What stands together is seen together."""


contrast = Contrast(CONTRAST)


def wrong(page):
    """Say what is wrong with a page that has just been opened, light and 1280 px wide; it is left so.

    All rules run once. In another look only those run that it can change, since a page of a list takes a while.
    """
    found = [f"light 1280: {it}" for it in [*axe(page), *_too_pale(page)]]
    found += _too_wide(page, "1280")
    if page.evaluate("document.querySelectorAll('h1').length") != 1:
        found.append("not one heading of the first level")
    page.emulate_media(color_scheme="dark")
    found += [f"dark 1280: {it}" for it in _too_pale(page)]
    found += _too_wide(page, "1280 rtl", direction="rtl")
    page.set_viewport_size(PHONE)
    found += _too_wide(page, "390 rtl", direction="rtl") + _too_wide(page, "390")
    found += [f"dark 390: {it}" for it in axe(page, "target-size", "scrollable-region-focusable")]
    found += [f"390: {it}" for it in page.evaluate(TORN)]
    page.set_viewport_size(NARROW)
    found += _too_wide(page, "320")
    page.set_viewport_size(WIDE)
    found += _too_wide(page, "1280, text of 200 %", font_size="200%")
    page.emulate_media(color_scheme="light")
    return found


def _too_pale(page):
    return contrast.faults(page, doubts=False)  # Django's icons lie behind its links


def _too_wide(page, look, *, direction="ltr", font_size=""):
    return [f"{look}: {it}" for it in page.evaluate(TOO_WIDE, [direction, font_size])]
