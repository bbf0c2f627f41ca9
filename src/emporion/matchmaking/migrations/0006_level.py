from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('matchmaking', '0005_showings'),
    ]

    operations = [
        migrations.AddField(
            model_name='rankedlist',
            name='level',
            field=models.FloatField(db_default=1.0, default=1.0),
        ),
    ]
