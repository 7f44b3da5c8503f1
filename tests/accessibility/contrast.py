"""The contrast of a page's texts by axe, which takes longer over it than over all its other rules together.

What axe says of a text follows from its colours and its size, and from what lies behind it. Where it has passed one
text, it would pass another that is styled alike and stands in elements styled alike, on the same page or the next.
"""

from tests.accessibility.axe import SENTENCES, inject

STYLE = (
    *("color", "backgroundColor", "backgroundImage", "backgroundClip", "opacity", "filter", "mixBlendMode"),
    *("textShadow", "fontSize", "fontWeight", "visibility", "clipPath", "overflow", "transform", "content"),
)
"""What axe looks at, and what may hide a text or move it."""

NAMES = """
const once = (kept, it, make) => kept.has(it) ? kept.get(it) : kept.set(it, make(it)).get(it);
const names = new Map(), boxes = new Map(), box = (it) => once(boxes, it, () => it.getBoundingClientRect());
const within = (one, other) => one.left >= other.left - 1 && one.right <= other.right + 1 &&
  one.top >= other.top - 1 && one.bottom <= other.bottom + 1;
const short = (words) => {
  let [one, other] = [7, 11];
  for (let at = 0; at < words.length; at++) {
    one = Math.imul(one ^ words.charCodeAt(at), 0x9E3779B1);
    other = Math.imul(other ^ words.charCodeAt(at), 0x85EBCA6B) ^ (one >>> 15);
  }
  return `${one} ${other}`;
};
const styled = (it, part) => {
  const computed = getComputedStyle(it, part);
  return part && computed.content === "none" ? "" : style.map((name) => computed[name]).join();
};
const own = (it) => ["", "::before", "::after"].map((part) => styled(it, part));
const name = (it) => once(names, it, () => {
  const above = it.parentElement;
  return short([...own(it), ...(above ? [within(box(it), box(above)), name(above)] : [])].join("/"));
});
"""
"""`name` names how an element and all that it stands in are styled, and which of them lies beyond the one above it."""

TEXTS = """
const every = [...document.body.querySelectorAll("*")];
const apart = (one, other) => one.right <= other.left || other.right <= one.left ||
  one.bottom <= other.top || other.bottom <= one.top;
const placed = every.filter((it) => box(it).width &&
  (getComputedStyle(it).position !== "static" || getComputedStyle(it).cssFloat !== "none"));
const alone = (it) => placed.every((by) => by.contains(it) || it.contains(by) || apart(box(it), box(by)));
const shown = (it) => it.checkVisibility() && box(it).width > 1 && box(it).bottom + scrollY > 0;
const FIELDS = "input:not([type=checkbox], [type=radio], [type=hidden]), select, textarea";
const texts = every.filter((it) => shown(it) && (it.matches(FIELDS) ||
  [...it.childNodes].some((part) => part.nodeType === Node.TEXT_NODE && part.data.trim())));
"""
"""A text is `alone` where nothing that is placed out of the order of the page may lie over or behind it."""

RUN = f"""
async ([rules, style, passed]) => {{
  {NAMES}{TEXTS}
  const known = new Set(passed.split("\\n")), found = [], doubted = [];
  const told = {{preload: false, iframes: false, elementRef: true}};
  const words = {SENTENCES};
  const check = async (texts) => {{
    if (!texts.length) return;
    const said = await axe.run({{include: texts}}, {{runOnly: {{type: "rule", values: rules}}, ...told}});
    const passes = rules.map((rule) => said.passes.find((it) => it.id === rule)?.nodes.map((it) => it.element) ?? []);
    texts.filter((it) => passes.every((those) => those.includes(it))).forEach((it) => known.add(name(it)));
    found.push(...words(said.violations));
    doubted.push(...words(said.incomplete));
  }};
  const [first, others] = [new Map(), []];
  texts.filter((it) => !known.has(name(it)) || !alone(it)).forEach((it) =>
    alone(it) && first.has(name(it)) ? others.push(it) : first.set(alone(it) ? name(it) : it, it));
  await check([...first.values()]);
  await check(others.filter((it) => !known.has(name(it))));
  return [found, doubted, [...known].join("\\n")];
}}
"""


class Contrast:
    """The checks of contrast by these rules of axe, which remember the styles that all of them passed.

    Those are one text, with a line for each: on its way to a browser and back, a list costs far more.
    """

    def __init__(self, *rules):
        self._rules, self._passed = rules, ""

    def faults(self, page, *, doubts=True):
        """Return what is too pale on the current page as it looks now; where axe cannot tell, unless told otherwise.

        Where a page names no background, axe takes it for white.
        """
        inject(page)
        found, doubted, self._passed = page.evaluate(RUN, [list(self._rules), list(STYLE), self._passed])
        return found + (doubted if doubts else [])
