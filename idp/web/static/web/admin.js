// Whoever sent a form that was refused stands before the summary of what is wrong.
addEventListener("load", () => {
  const summary = document.querySelector("main .errornote, main #errors");
  if (!summary) return;
  summary.tabIndex = -1;
  summary.focus();
});

// Django's fields that search as one types have a label, but their script forgets to say so to whoever hears the page.
window.django?.jQuery?.(() => {
  for (const field of document.querySelectorAll("select.admin-autocomplete")) {
    const label = document.querySelector(`label[for="${field.id}"]`);
    const drawn = field.nextElementSibling?.querySelector("[role=combobox]");
    if (!label || !drawn) continue;
    label.id ||= `label-of-${field.id}`;
    const chosen = drawn.querySelector("[role=textbox]");
    chosen?.setAttribute("aria-labelledby", label.id);
    drawn.setAttribute("aria-labelledby", [label.id, chosen?.id].join(" "));
  }
});
