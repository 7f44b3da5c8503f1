"""Filters of the list of agents: by department, by mobile number, and by what is signed in."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from idp.agents.models import Device
from idp.login.emergency import everyone_out
from idp.otp.models import PhoneAuthenticator
from idp.web.departments import reach
from idp.web.request_fields import row_number


class InDepartment(admin.SimpleListFilter):
    """Filters agents by department.

    The choices come from the departments' own table, because agents are too many to scan.
    """

    title = "department"
    parameter_name = "department__id__exact"

    def lookups(self, request: HttpRequest, _: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Return the departments within the operator's reach."""
        return [(str(pk), name) for pk, name in reach.departments_for(request.user).values_list("pk", "name")]

    def queryset(self, _: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the agents of the chosen department."""
        chosen = self.value() or ""
        return rows.filter(department=row_number(chosen)) if chosen.isdecimal() else rows


class HasNumber(admin.SimpleListFilter):
    """Filters agents by whether they have a mobile number."""

    title = "mobile number"
    parameter_name = "number"

    def lookups(self, _: HttpRequest, __: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Return both choices."""
        return [("none", "has none"), ("some", "has one")]

    def queryset(self, _: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the agents with, or without, a number."""
        held = Exists(PhoneAuthenticator.objects.filter(user=OuterRef("pk")))
        return (
            rows.filter({"none": ~held, "some": held}[self.value() or ""]) if self.value() in {"none", "some"} else rows
        )


class SignedIn(admin.SimpleListFilter):
    """Filters agents by what is signed in now, and by whether they ever signed in."""

    title = "sign-in"
    parameter_name = "sign_in"

    def lookups(self, _: HttpRequest, __: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("phone", "signed in"), ("nothing", "not signed in"), ("never", "never signed in")]

    def queryset(self, _: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the agents whose devices match the choice."""
        now = everyone_out.signed_in().filter(agent=OuterRef("pk"))
        match self.value():
            case "phone":
                return rows.filter(Exists(now.phones()))
            case "nothing":
                return rows.exclude(Exists(now))
            case "never":
                return rows.exclude(Exists(Device.objects.filter(agent=OuterRef("pk"))))
        return rows
