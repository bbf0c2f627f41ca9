"""The API of django-tasks over our own queue: `@task` and `enqueue()` get lease and retries.

    @task()
    def tidy(edition: str) -> int: ...

    tidy.using(run_after=tonight).enqueue("model")

The library's own store loses a job whose worker dies (measured: it stays RUNNING for ever), and
keeps one row for the queue beside ours for people; so only its API is used. A task must be a
function of a module that takes plain JSON; it may be begun again, like any kind of job.
"""

from __future__ import annotations

from typing import Any

from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskResult, TaskResultStatus
from django_tasks.exceptions import InvalidTaskError, TaskResultDoesNotExist

from emporion.core.jobs.kinds import JobError, kind
from emporion.core.jobs.queue import enqueue
from emporion.core.jobs.running import Running
from emporion.core.models import JobRecord

TASK = "task"
State = JobRecord.State
STATUS = {
    State.WAITING: TaskResultStatus.READY,
    State.RUNNING: TaskResultStatus.RUNNING,
    State.DONE: TaskResultStatus.SUCCESSFUL,
    State.STOPPED: TaskResultStatus.FAILED,
    State.FAILED: TaskResultStatus.FAILED,
}


class LeaseBackend(BaseTaskBackend):
    """Keeps tasks as jobs of the kind `task`; they belong to nobody and show on no page."""

    supports_defer = True
    supports_get_result = True

    def validate_task(self, task: Any) -> None:
        """Refuse what the queue cannot hold; a context would be the row of another library."""
        super().validate_task(task)
        if task.takes_context:
            raise InvalidTaskError("Tasks take no context here; register a kind of jobs instead.")

    def enqueue(self, task: Any, args: Any, kwargs: Any) -> TaskResult[Any]:
        """Put a task into the queue, in the caller's transaction if there is one."""
        self.validate_task(task)
        what = {"path": task.module_path, "args": list(args), "kwargs": dict(kwargs)}
        job = enqueue(
            TASK, what, tenant="", owner="system", subject=task.name[:60], after=task.run_after
        )
        return self._result(job, task)

    def get_result(self, result_id: str) -> TaskResult[Any]:
        """Return how far a task is; TaskResultDoesNotExist without it."""
        job = JobRecord.objects.filter(kind=TASK, public_id=result_id).first()
        if job is None:
            raise TaskResultDoesNotExist(result_id)
        return self._result(job, _task(job.arguments["path"]))

    def _result(self, job: JobRecord, task: Any) -> TaskResult[Any]:
        result: TaskResult[Any] = TaskResult(
            task=task,
            id=job.public_id,
            status=STATUS[State(job.state)],
            enqueued_at=job.asked_at,
            started_at=job.started_at,
            last_attempted_at=job.started_at,
            finished_at=job.ended_at,
            args=job.arguments["args"],
            kwargs=job.arguments["kwargs"],
            backend=self.alias,
            errors=[],
            worker_ids=[job.process] * job.attempt,
        )
        object.__setattr__(result, "_return_value", job.result.get("value"))
        return result


def _task(path: str) -> Any:
    try:
        found = import_string(path)
    except ImportError:
        found = None
    if not isinstance(found, Task):
        raise JobError(f"Nothing here is the task {path}.")
    return found


@kind(TASK)
def do_task(running: Running, *, path: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """Call the function of a task; what it returns is kept as `value`."""
    return {"value": _task(path).call(*args, **kwargs)}
