"""A brand as operators edit it."""

from django.db import models
from django.db.models import Q


class Brand(models.Model):
    """Name, colour and logo of one service's sign-ins, or of all pages. Blank fields are as on all pages."""

    service = models.CharField(max_length=50, unique=True, blank=True)
    name = models.CharField(max_length=60, blank=True)
    colour = models.CharField(max_length=7, blank=True)
    logo = models.TextField(blank=True, editable=False)
    logo_width = models.FloatField(default=0, editable=False)
    logo_height = models.FloatField(default=0, editable=False)
    logo_says = models.CharField("what the logo says", max_length=60, blank=True)
    logo_on_white = models.BooleanField("white behind the logo in the dark", default=True)

    class Meta:
        ordering = ["service"]
        constraints = [
            models.CheckConstraint(
                condition=Q(colour="") | Q(colour__regex=r"^#[0-9a-f]{6}$"), name="a_brands_colour_is_six_digits"
            ),
            models.CheckConstraint(
                condition=Q(logo="") | Q(logo__startswith="data:image/", logo_width__gt=0, logo_height__gt=0),
                name="a_logo_is_a_picture_with_a_size",
            ),
        ]

    def __str__(self) -> str:
        return f"Brand of {self.service}" if self.service else "Brand of all pages"
