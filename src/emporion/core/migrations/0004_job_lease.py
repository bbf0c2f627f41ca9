from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0003_journal_object'),
    ]

    operations = [
        migrations.AddField('jobrecord', 'cause', models.CharField(blank=True, max_length=60, default=''), preserve_default=False),
        migrations.AddField('jobrecord', 'lease', models.PositiveIntegerField(default=0)),
        migrations.AddField('jobrecord', 'lease_until', models.DateTimeField(null=True)),
        migrations.AddField('jobrecord', 'next_at', models.DateTimeField(null=True)),
        migrations.AddIndex(
            model_name='jobrecord',
            index=models.Index(condition=models.Q(('state__in', ('waiting', 'running'))), fields=['state', 'id'], name='job_live'),
        ),
        # The queue of another library: what waited in it waits in our own row as well.
        migrations.RunSQL('DROP TABLE IF EXISTS django_tasks_database_dbtaskresult', migrations.RunSQL.noop),
        migrations.RunSQL("DELETE FROM django_migrations WHERE app LIKE 'django_tasks%'", migrations.RunSQL.noop),
    ]
