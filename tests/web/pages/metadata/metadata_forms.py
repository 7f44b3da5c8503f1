"""The forms of the pages about metadata, filled in as a browser would send them back."""

NEW = "/admin/services/new-from-metadata/"
KNOWN = "/admin/services/app/metadata/"
RULES = {"valid_until_rule": "check", "longest_days": "30", "take_over": "ask"}


def preview(admin, **fields):
    return admin.post(NEW, {**RULES, **fields})


def sent_back(page, **changes):
    """What a browser sends when the page's own form is submitted: with the line ends of a form."""
    form = page.context["form"]
    fields = {name: form[name].value() or "" for name in form.fields if name != "file"}
    fields["pasted"] = fields["pasted"].replace("\n", "\r\n")
    return {**fields, "shown": page.context.get("shown", ""), **changes}
