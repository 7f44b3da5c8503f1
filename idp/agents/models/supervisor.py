"""Supervisors: operators who look after the agents of some departments, and after nobody else."""

from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from idp.agents.models.people import Agent, Department
from idp.agents.roles import ROLES


class Supervisor(models.Model):
    """An operator who may reach only the agents of their departments. Not the Flex role of the same name.

    While the row exists, it alone decides what this person may do: groups and single rights do not count.
    Without departments it reaches nobody. `barred` closes the admin to them from the next request on.
    """

    person = models.OneToOneField(Agent, models.CASCADE, related_name="supervisor")
    departments = models.ManyToManyField(Department, related_name="supervisors")
    barred = models.BooleanField(
        "barred from the admin",
        default=False,
        help_text="The admin rejects them from their next click on. Unused codes that they gave stop working.",
    )

    class Meta:
        ordering = ["person__full_name"]

    def __str__(self) -> str:
        return str(self.person)

    @cached_property
    def named(self) -> dict[int, str]:
        """Their departments' names by id, in order."""
        return dict(self.departments.order_by("name").values_list("pk", "name"))

    @cached_property
    def grantable(self) -> frozenset[str]:
        """The roles that they may give, and whose holders they look after."""
        return frozenset(it.role for it in self.roles.all())


class GrantableRole(models.Model):
    """One role that one supervisor may give."""

    supervisor = models.ForeignKey(Supervisor, models.CASCADE, related_name="roles")
    role = models.CharField(max_length=40, choices=[(role, role) for role in ROLES])

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["supervisor", "role"], name="a_supervisor_may_give_a_role_once"),
            models.CheckConstraint(condition=Q(role__in=ROLES), name="a_role_to_give_is_one_of_the_closed_list"),
        ]

    def __str__(self) -> str:
        return self.role
