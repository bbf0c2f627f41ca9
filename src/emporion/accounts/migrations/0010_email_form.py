from django.db import migrations, transaction

from emporion.core.text.addresses import as_email

PORTION = 2_000


def store_the_form(apps, schema_editor):
    """Write each address in its one form; said before a row is changed where two would be one."""
    users = apps.all_models["accounts"]["user"].objects
    whose, other = {}, []
    written = users.exclude(email=None).order_by("pk")
    for key, public_id, email in written.values_list("pk", "public_id", "email"):
        form = as_email(email)
        if form and form in whose:
            raise RuntimeError(
                f"The users {whose[form]} and {public_id} have one e-mail address, written in two "
                "ways. Take it from one of them with the version you come from, and upgrade again."
            )
        whose[form] = public_id
        if form and form != email:
            other.append((key, form))
    for start in range(0, len(other), PORTION):
        with transaction.atomic():
            for key, form in other[start : start + PORTION]:
                users.filter(pk=key).update(email=form)


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('accounts', '0009_wrong_codes'),
    ]

    operations = [
        migrations.RunPython(store_the_form, migrations.RunPython.noop),
        # `email` itself is unique, and nobody asks by its large letters any more.
        migrations.RemoveConstraint(model_name='user', name='user_email_once'),
    ]
