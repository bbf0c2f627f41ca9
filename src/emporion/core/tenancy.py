"""The tenant guard: nothing of one expo is read while working for another.

`django-scopes` refuses every query on a guarded model outside a scope. It does not guard
`_base_manager`, raw SQL, or a queryset built inside a scope and evaluated outside of it, and a new
thread starts without a scope: open one wherever work starts (a page, a command, a task).
"""

from django_scopes import ScopedManager, scope, scopes_disabled

__all__ = ["ScopedManager", "scope", "scopes_disabled"]
