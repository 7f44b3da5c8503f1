"""The violations that axe-core finds on a page, as sentences: WCAG 2.2 up to AA and axe's best practices."""

from itertools import product

from axe_playwright_python.base import AXE_SCRIPT

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCHEMES, WIDTHS, DIRECTIONS = ("light", "dark"), (320, 390, 1280), ("ltr", "rtl")
CONTRAST = "color-contrast"
ENHANCED_CONTRAST = "color-contrast-enhanced"
"""7:1, WCAG's success criterion 1.4.6, which is beyond AA."""

RUN = """
async ([tags, extra, only, doubts]) => {
  const wanted = only.length ? {type: "rule", values: only} : {type: "tag", values: tags};
  const rules = Object.fromEntries(extra.map((rule) => [rule, {enabled: true}]));
  const told = {preload: false, iframes: false, resultTypes: doubts ? ["violations", "incomplete"] : ["violations"]};
  const found = await axe.run(document, {runOnly: wanted, rules, ...told});
  const doubted = found.incomplete.filter((it) => doubts && it.id.startsWith("color-contrast"));
  return [...found.violations, ...doubted].flatMap((it) =>
    it.nodes.map((node) => `${it.id}: ${node.target.join(" ")} ${node.failureSummary}`));
}
"""


def axe(page, *only, extra=(), doubts=True):
    """Return axe's violations on the current page: of these rules only, or of all and the `extra` ones.

    A contrast that axe cannot tell counts as found, unless `doubts` are passed over, as where icons lie behind text.
    Where a page names no background, axe takes it for white.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate(RUN, [TAGS, list(extra), list(only), doubts])


def axe_in_every_look(page, *, contrast=CONTRAST, widths=WIDTHS, directions=DIRECTIONS):
    """Return what axe finds light and dark, narrow and wide, from left to right and the other way.

    The page is loaded once. All rules run in the first look; in the others those that a look can change.
    """
    found = [f"first look: {it}" for it in axe(page, extra=[contrast])]
    for look in looks(page, widths=widths, directions=directions):
        found += [f"{look}: {it}" for it in axe(page, contrast, "target-size")]
    return found


def looks(page, *, schemes=SCHEMES, widths=WIDTHS, directions=DIRECTIONS):
    """Turn the page into one look after the other, yielding the name of each."""
    for width, direction in product(widths, directions):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("direction => { document.documentElement.dir = direction }", direction)
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            yield f"{scheme} {width} {direction}"
