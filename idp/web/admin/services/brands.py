"""The brand of agents' pages (name, colour and logo), with a preview of the first page."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from idp.branding import brands, colours, logos
from idp.branding.models import Brand
from idp.native.models import Client, ClientKind
from idp.saml.models import ServiceProvider
from idp.web.admin.base.base_admin import BaseAdmin

LARGEST_FILE = 256 * 1024
SCHEMES = {"light": ("in light mode", colours.LIGHT_PAPERS), "dark": ("in dark mode", colours.DARK_PAPERS)}


class BrandForm(forms.ModelForm[Brand]):
    """A brand, with its logo as a file."""

    service = forms.ChoiceField(
        required=False,
        label="Where",
        help_text="A brand for one service or app appears on the pages of sign-ins that start there.",
    )
    colour = forms.CharField(
        required=False,
        max_length=20,
        help_text="For buttons and links, such as #0b4f8a. If it is hard to read, Latchkey uses the nearest "
        "readable shade. If blank, the standard colour.",
    )
    file = forms.FileField(
        required=False,
        label="Logo",
        help_text="SVG or PNG, up to 4 kB. Shown up to 40 pixels high and 240 wide. If blank, the logo stays as it is.",
    )
    without = forms.BooleanField(required=False, label="Remove the logo")

    class Meta:
        model = Brand
        fields = ["service", "name", "colour", "logo_says", "logo_on_white"]
        help_texts = {
            "name": "Shown at the top of each page. If blank, the name of the brand for all pages, or from the "
            "settings.",
            "logo_says": "What screen readers say instead of the logo, usually the name. If blank, the logo is "
            "shown next to the name and is not read out.",
            "logo_on_white": "For a logo made for a white background.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["service"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [("", "All pages"), *_services()]

    def clean_colour(self) -> str:
        """Return the colour as hexadecimal. Raises ValidationError if it is no colour."""
        typed = str(self.cleaned_data["colour"])
        try:
            return colours.parse(typed) if typed else ""
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def clean_file(self) -> logos.Logo | None:
        """Return the logo, sanitised. Raises ValidationError if it is too large, or no SVG or PNG that can be used."""
        file = self.cleaned_data["file"]
        if file is None:
            return None
        if (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError("This file is too large. A logo has at most 4 kB.")
        try:
            return logos.clean(file.read())
        except logos.NotALogo as error:
            raise forms.ValidationError(str(error)) from None

    def save(self, commit: bool = True) -> Brand:
        """Store the new logo, or remove the logo."""
        logo: logos.Logo | None = self.cleaned_data["file"]
        if logo is not None:
            self.instance.logo, self.instance.logo_width, self.instance.logo_height = (
                logo.address,
                logo.width,
                logo.height,
            )
        elif self.cleaned_data["without"]:
            self.instance.logo, self.instance.logo_width, self.instance.logo_height = "", 0, 0
        return super().save(commit)


def _services() -> Iterator[tuple[str, str]]:
    yield from ServiceProvider.objects.order_by("name").values_list("slug", "name")
    yield from ((it.service, it.name) for it in Client.objects.filter(kind=ClientKind.APP).order_by("name"))


@admin.register(Brand)
class BrandAdmin(BaseAdmin[Brand]):
    """One brand for all pages, and one for each service that has its own."""

    form = BrandForm
    change_form_template = "admin/brand.html"
    list_display = ["__str__", "name", "colour", "has_logo"]
    fields = ["service", "name", "colour", "file", "without", "logo_says", "logo_on_white"]

    @admin.display(boolean=True, description="logo")
    def has_logo(self, brand: Brand) -> bool:
        """Whether the brand has a logo of its own."""
        return bool(brand.logo)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show a preview of the first page, as saved."""
        brand = self.get_object(request, object_id)
        more = (
            {"previews": [*_previews(request, brand)], "adjusted_colours": _adjusted_colours(brand)}
            if brand is not None
            else {}
        )
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})


def _previews(request: HttpRequest, brand: Brand) -> Iterator[dict[str, str]]:
    shown = brands.of(brand.service)
    service = dict(_services()).get(brand.service, "Flex")
    for scheme, (when, _) in SCHEMES.items():
        context = {"brand": shown, "scheme": scheme, "service": service, "by_text": True, "reference": ""}
        yield {
            "title": f"The first page {when}",
            "page": render_to_string("admin/brand_preview.html", context, request),
        }


def _adjusted_colours(brand: Brand) -> list[str]:
    """Return a sentence for each colour scheme in which the brand's colour was adjusted to be readable."""
    if not brand.colour:
        return []
    made = colours.readable(brand.colour)
    return [
        f"{when.capitalize()} {brand.colour} would be hard to read: its contrast is "
        f"{colours.least_contrast(brand.colour, papers):.1f} to 1, and text needs {colours.TEXT:.0f}. "
        f"{shown} is shown instead, the nearest of its hue that can be read."
        for shown, (when, papers) in zip((made.light, made.dark), SCHEMES.values(), strict=True)
        if shown != brand.colour
    ]
