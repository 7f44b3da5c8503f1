"""The form of an agent in the admin, filled in."""

LIST = "/admin/agents/agent/"
DEVICES = "/admin/agents/device/"


def filled(agent=None, *, number="+1 201 555 0142", **fields):
    """The form of an agent, as a browser sends it."""
    phone = agent and agent.numbers.first()
    inline = {"numbers-TOTAL_FORMS": 1, "numbers-INITIAL_FORMS": 1 if phone else 0, "numbers-0-number": number}
    if phone:
        inline |= {"numbers-0-id": phone.pk, "numbers-0-user": agent.pk}
    person = {"full_name": "Ana García", "email": "ana@acme.example", "flex_roles": ["agent"], "is_active": "on"}
    return {**person, **inline, **fields}


def save(admin, agent, **fields):
    own = {"full_name": agent.full_name, "email": agent.email, "number": agent.numbers.get().number}
    return admin.post(f"{LIST}{agent.pk}/change/", filled(agent, **(own | fields)))
