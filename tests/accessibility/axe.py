"""The violations that axe-core finds on a page, as sentences: WCAG 2.2 up to AA and axe's best practices."""

from axe_playwright_python.base import AXE_SCRIPT

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CONTRAST = "color-contrast"
ENHANCED_CONTRAST = "color-contrast-enhanced"
"""7:1, WCAG's success criterion 1.4.6, which is beyond AA."""

SENTENCES = """
(results) => results.flatMap(({id, nodes}) =>
  nodes.map(({target, failureSummary}) => `${id}: ${target.join(" ")} ${failureSummary}`))
"""
RUN = f"""
async ([tags, contrast, only]) => {{
  const runOnly = only.length ? {{type: "rule", values: only}} : {{type: "tag", values: tags}};
  const told = {{preload: false, iframes: false, resultTypes: ["violations"]}};
  const found = await axe.run(document, {{runOnly, rules: {{[contrast]: {{enabled: false}}}}, ...told}});
  return ({SENTENCES})(found.violations);
}}
"""


def begin(page):
    """Have axe in each document that this page, or each page of this context, opens. It is then sent only once."""
    page.add_init_script(AXE_SCRIPT)


def inject(page):
    """Put axe into the current document, if it is not there yet."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)


def axe(page, *only):
    """Return axe's violations on the current page: of these rules only, or of all but contrast, which is apart."""
    inject(page)
    return page.evaluate(RUN, [TAGS, CONTRAST, list(only)])
