"""Two migrations were made side by side; they touch different tables."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("meetings", "0003_schedule_desk"),
        ("meetings", "0003_standing_links_notices"),
    ]

    operations = []
