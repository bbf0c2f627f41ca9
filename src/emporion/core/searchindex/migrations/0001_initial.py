"""The tables of the search index.

The postings are made by hand: PostgreSQL keeps the weight in the index of the primary key, SQLite
keeps the whole table in it. Both answer a search without looking at a second place.
"""

import django.db.models.deletion
from django.db import migrations, models

import emporion.core.searchindex.fields

POSTINGS = {
    "postgresql": """
        CREATE TABLE searchindex_searchterm (
            scope_id bigint NOT NULL,
            term varchar(40) COLLATE "C" NOT NULL,
            document_id bigint NOT NULL,
            weight smallint NOT NULL,
            CONSTRAINT searchindex_searchterm_pkey PRIMARY KEY (scope_id, term, document_id) INCLUDE (weight)
        )""",
    "sqlite": """
        CREATE TABLE searchindex_searchterm (
            scope_id bigint NOT NULL,
            term varchar(40) NOT NULL,
            document_id bigint NOT NULL,
            weight smallint NOT NULL,
            PRIMARY KEY (scope_id, term, document_id)
        ) WITHOUT ROWID""",
}


def create_postings(apps, schema_editor):
    schema_editor.execute(POSTINGS[schema_editor.connection.vendor])
    schema_editor.execute(
        "CREATE INDEX searchindex_searchterm_document ON searchindex_searchterm (document_id)"
    )


def drop_postings(apps, schema_editor):
    schema_editor.execute("DROP TABLE searchindex_searchterm")


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="SearchScope",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64, unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="SearchDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=32)),
                ("object_id", models.CharField(max_length=64)),
                ("language", models.CharField(max_length=16)),
                ("title", models.TextField()),
                ("titles", models.TextField(default="{}")),
                ("sort_key", emporion.core.searchindex.fields.BytesOrderField(max_length=200)),
                ("facets", models.TextField()),
                ("length", models.IntegerField()),
                ("fingerprint", models.CharField(max_length=16)),
                ("scope", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="searchindex.searchscope")),
            ],
            options={
                "indexes": [models.Index(fields=["scope", "sort_key", "id"], name="searchdocument_order")],
                "constraints": [
                    models.UniqueConstraint(fields=("scope", "kind", "object_id"), name="searchdocument_object")
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchVocabulary",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("term", emporion.core.searchindex.fields.BytesOrderField(max_length=40)),
                ("documents", models.IntegerField()),
                (
                    "scope",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="searchindex.searchscope"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["scope", "term"], include=["documents"], name="searchvocabulary_term")
                ],
            },
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="SearchTerm",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "scope", "term", "document", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("term", emporion.core.searchindex.fields.BytesOrderField(max_length=40)),
                        ("weight", models.SmallIntegerField()),
                        (
                            "document",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                to="searchindex.searchdocument",
                            ),
                        ),
                        (
                            "scope",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                to="searchindex.searchscope",
                            ),
                        ),
                    ],
                ),
            ],
            database_operations=[migrations.RunPython(create_postings, drop_postings)],
        ),
    ]
