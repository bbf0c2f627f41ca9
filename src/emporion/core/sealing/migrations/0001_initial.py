from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='JournalSeal',
            fields=[
                ('number', models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ('checkpoint', models.TextField()),
                ('signature', models.CharField(max_length=128)),
                ('last_id', models.PositiveBigIntegerField()),
                ('ids', models.BinaryField()),
                ('leaves', models.BinaryField()),
                ('checks', models.BinaryField()),
            ],
        ),
    ]
