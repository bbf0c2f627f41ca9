from django.db import migrations, models

import emporion.core.translated


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0010_job_begun'),
    ]

    operations = [
        migrations.AddField(
            model_name='importchange',
            name='after',
            field=models.JSONField(encoder=emporion.core.translated.RealCharacters, null=True),
        ),
    ]
