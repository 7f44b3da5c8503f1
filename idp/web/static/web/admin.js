// A page that answers a button puts the keyboard where the answer stands: before the summary of what is wrong, in the
// first field that is, or before what was done.
addEventListener("load", () => {
  if (document.querySelector("main [autofocus]")) return;
  const answer = document.querySelector("main .errornote, main #errors")
    || document.querySelector("main [aria-invalid=true]")
    || document.querySelector("main .said");
  if (!answer) return;
  if (answer.tabIndex < 0) answer.tabIndex = -1;
  answer.focus();
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
