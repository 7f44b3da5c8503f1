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

// A double click is one press. The browser shows the answer to the last one, such as "Somebody already has this email"
// about the agent whom the first one added. A file that was saved leaves the page, so the button works again soon.
const AGAIN_AFTER = 3000;
const sentAt = new WeakMap();
addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (event.timeStamp - sentAt.get(event.target) < AGAIN_AFTER) event.preventDefault();
  else sentAt.set(event.target, event.timeStamp);
});

// Each typed filter of the trail has a form of its own. A filter that was typed before another was chosen counts too.
addEventListener("formdata", (event) => {
  const typed = "#changelist-filter form.typed";
  if (!event.target.matches(typed)) return;
  for (const { name, value } of document.querySelectorAll(`${typed} input[type=text]`)) {
    if (value.trim()) event.formData.set(name, value);
    else event.formData.delete(name);
  }
});
