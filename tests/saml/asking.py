"""What an AuthnRequest may ask for beside an answer: a kind of name, and ways of proof."""


def name_id_policy(**attributes):
    return f"<samlp:NameIDPolicy{''.join(f' {name}={value!r}' for name, value in attributes.items())}/>"


def contexts(*classes, comparison="exact", tag="AuthnContextClassRef"):
    wanted = "".join(f"<saml:{tag}>{it}</saml:{tag}>" for it in classes)
    return f'<samlp:RequestedAuthnContext Comparison="{comparison}">{wanted}</samlp:RequestedAuthnContext>'
