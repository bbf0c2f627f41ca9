"""Two migrations were made side by side; they touch different tables."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("edition", "0002_lists_and_views"),
        ("edition", "0002_officers"),
    ]

    operations = []
