"""Marks the texts that agents read, where they are written down long before they are shown."""


def for_agents(text: str) -> str:
    """Mark a text for the catalogues and return it as it is. Whoever shows it translates it, by `gettext`.

    For modules that know nothing of a request: sentences of errors, names in an enumeration. Beside a request
    `gettext` both marks and translates. What only operators or programs read is marked by neither, and stays English.
    """
    return text
