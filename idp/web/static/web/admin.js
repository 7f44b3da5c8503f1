// After a button, the keyboard focus goes to the result: the summary of errors, else the first field with an error,
// else the message.
addEventListener("load", () => {
  if (document.querySelector("main [autofocus]")) return;
  const result = document.querySelector("main .errornote, main #errors")
    || document.querySelector("main [aria-invalid=true]")
    || document.querySelector("main .messages");
  if (!result) return;
  if (result.tabIndex < 0) result.tabIndex = -1;
  result.focus();
});

// Django's autocomplete fields have a label, but their script does not connect it to the field for screen readers.
window.django?.jQuery?.(() => {
  for (const field of document.querySelectorAll("select.admin-autocomplete")) {
    const label = document.querySelector(`label[for="${field.id}"]`);
    const box = field.nextElementSibling?.querySelector("[role=combobox]");
    if (!label || !box) continue;
    label.id ||= `label-of-${field.id}`;
    const chosen = box.querySelector("[role=textbox]");
    chosen?.setAttribute("aria-labelledby", label.id);
    box.setAttribute("aria-labelledby", [label.id, chosen?.id].join(" "));
  }
});
