"""The one task that django-tasks' queue holds: do the job with this public id."""

from django_tasks import task

from emporion.core.jobs.running import perform


@task()
def run_job(public_id: str) -> None:
    """Do a job; how it ended stands in its row."""
    perform(public_id)
