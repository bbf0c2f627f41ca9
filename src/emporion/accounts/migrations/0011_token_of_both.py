from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0010_email_form'),
    ]

    operations = [
        # Those of before are taken for made by the password alone: nobody noted how they were made.
        migrations.AddField(
            model_name='accesstoken',
            name='both',
            field=models.BooleanField(default=False),
        ),
    ]
