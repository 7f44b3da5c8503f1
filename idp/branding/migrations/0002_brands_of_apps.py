from django.db import migrations


def name_as_in_flows(apps, _):
    """Give brands of apps the name that agents' pages look for. Under the bare client ID they appeared nowhere."""
    brands = apps.get_model("branding", "Brand").objects
    services = set(apps.get_model("saml", "ServiceProvider").objects.values_list("slug", flat=True))
    for client_id in apps.get_model("native", "Client").objects.filter(kind="app").values_list("client_id", flat=True):
        named = f"app:{client_id}"
        if client_id not in services and not brands.filter(service=named).exists():
            brands.filter(service=client_id).update(service=named)


class Migration(migrations.Migration):
    dependencies = [
        ("branding", "0001_initial"),
        ("native", "0001_initial"),
        ("saml", "0001_initial"),
    ]

    operations = [migrations.RunPython(name_as_in_flows, migrations.RunPython.noop)]
