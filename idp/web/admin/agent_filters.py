"""What the list of agents can be narrowed to: who has no number, who never signed in, whose phone is signed in."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from idp.agents.models import Device
from idp.login.emergency import everyone_out
from idp.otp.models import PhoneAuthenticator
from idp.web.departments import reach


class InDepartment(admin.SimpleListFilter):
    """Agents by where they work. Which departments there are is asked of their table: agents are too many."""

    title = "department"
    parameter_name = "department__id__exact"

    def lookups(self, request: HttpRequest, _: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Offer those within the operator's reach."""
        return [(str(pk), name) for pk, name in reach.departments_for(request.user).values_list("pk", "name")]

    def queryset(self, _: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Choose by the department."""
        chosen = self.value() or ""
        return rows.filter(department=int(chosen)) if chosen.isdecimal() else rows


class HasNumber(admin.SimpleListFilter):
    """Agents by whether they have a mobile number."""

    title = "mobile number"
    parameter_name = "number"

    def lookups(self, _: HttpRequest, __: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Offer both."""
        return [("none", "has none"), ("some", "has one")]

    def queryset(self, _: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Choose by whether there is one."""
        held = Exists(PhoneAuthenticator.objects.filter(user=OuterRef("pk")))
        return (
            rows.filter({"none": ~held, "some": held}[self.value() or ""]) if self.value() in {"none", "some"} else rows
        )


class SignedIn(admin.SimpleListFilter):
    """Agents by what is signed in now, or ever was."""

    title = "sign-in"
    parameter_name = "sign_in"

    def lookups(self, _: HttpRequest, __: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """Offer each."""
        return [("phone", "phone signed in"), ("nothing", "nothing signed in"), ("never", "never signed in")]

    def queryset(self, _: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Choose by the devices that there are."""
        now = everyone_out.signed_in().filter(agent=OuterRef("pk"))
        match self.value():
            case "phone":
                return rows.filter(Exists(now.phones()))
            case "nothing":
                return rows.exclude(Exists(now))
            case "never":
                return rows.exclude(Exists(Device.objects.filter(agent=OuterRef("pk"))))
        return rows
