"""The positions of elements on a page: large enough targets, and nothing beyond the edge."""

TARGET = 44
"""CSS pixels, as WCAG's success criterion 2.5.5 has it, which is beyond AA."""

SMALL = """
(least) => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
  .filter((it) => it.checkVisibility())
  .map((it) => [it, it.getBoundingClientRect()])
  .filter(([it, box]) => box.width < least || box.height < least)
  .map(([it, box]) => `small: ${it.outerHTML.slice(0, 80)} is ${box.width} by ${box.height}`)
"""
BEYOND = """
() => {
  const page = document.documentElement;
  if (page.scrollWidth <= page.clientWidth) { return []; }
  const wide = [...document.body.querySelectorAll("*")].filter((it) => {
    const box = it.getBoundingClientRect();
    return box.right > page.clientWidth + 0.5 || box.left < -0.5;
  });
  return [`beyond the edge: ${page.scrollWidth} of ${page.clientWidth}, ` + wide.map((it) => it.tagName).join(" ")];
}
"""
LARGE = "() => { document.documentElement.style.fontSize = '200%' }"
SPACED = """
() => document.querySelectorAll("body, body *").forEach((it) => {
  it.style.lineHeight = "1.5";
  it.style.letterSpacing = "0.12em";
  it.style.wordSpacing = "0.16em";
  if (it.tagName === "P") { it.style.marginBlockEnd = "2em"; }
})
"""
"""Success criterion 1.4.12: all of a text's content stays, whoever spaces it so."""


def small_targets(page):
    """Return what is meant to be hit and is smaller than `TARGET` pixels either way."""
    return page.evaluate(SMALL, TARGET)


def beyond_the_edge(page):
    """Return what makes the page scroll sideways."""
    return page.evaluate(BEYOND)


def beyond_the_edge_in_large_and_spaced_text(page):
    """Return the same with text of twice the size, and with that text spaced. The page stays so."""
    found = []
    for name, change in (("large", LARGE), ("large and spaced", SPACED)):
        page.evaluate(change)
        found += [f"{name}: {it}" for it in beyond_the_edge(page)]
    return found
