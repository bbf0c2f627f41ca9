from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("messaging", "0003_reports")]

    operations = [
        migrations.AlterField(
            model_name="receipt",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("sending", "Sending"), ("taken", "Taken"), ("refused", "Refused"),
                    ("failed", "Failed"), ("lost", "Lost"), ("delivered", "Delivered"),
                    ("read", "Read"),
                ],
                max_length=10,
            ),
        ),
    ]
