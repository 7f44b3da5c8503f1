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
BOTH_WAYS = f"""
(least) => ["ltr", "rtl"].flatMap((direction) => {{
  document.documentElement.dir = direction;
  return [...({SMALL})(least), ...({BEYOND})()].map((it) => `${{direction}}: ${{it}}`);
}})
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
LARGE_AND_SPACED = f"""
() => [["large", {LARGE}], ["large and spaced", {SPACED}]].flatMap(([name, change]) => {{
  change();
  return ({BEYOND})().map((it) => `${{name}}: ${{it}}`);
}})
"""


def small_or_beyond_the_edge(page):
    """Return what is meant to be hit and is smaller than `TARGET` pixels either way, and what makes the page scroll
    sideways, from left to right and the other way. The page stays in that.
    """
    return page.evaluate(BOTH_WAYS, TARGET)


def beyond_the_edge_in_large_and_spaced_text(page):
    """Return what does so with text of twice the size, and with that text spaced. The page stays so."""
    return page.evaluate(LARGE_AND_SPACED)
