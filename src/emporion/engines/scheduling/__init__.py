"""Meeting scheduling: who meets whom, and when, with a bound that anyone can recompute.

    from emporion.engines import scheduling

    instance = scheduling.read_instance("instance.json")
    solution = scheduling.solve(instance, seed=1, time_limit=30)
    scheduling.write_solution("solution.json", instance, solution)

Heavy modules (numba, OR-tools) are loaded at the first use of a name, not by this import.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .balance import Balance, balance_of, granted_shares
    from .baseline import greedy
    from .bounds import Bound, bound
    from .checking import Report, check, check_data, check_files
    from .digest import schedule_digest
    from .families import generate_family
    from .generating import generate
    from .instance import NO_LIMIT, Instance, InstanceError, make_instance
    from .naming import Conflict, Constraint, Contradictory
    from .reading import instance_from_json, read_instance
    from .repairing import Floor, repair, solve_keeping
    from .rivals import Rival, rivals
    from .service import ServicePrice, service_price, service_prices
    from .solution import REASONS, Solution, count_breaks, count_idle
    from .solving import solve
    from .tidying import fewer_breaks
    from .warm import compile_kernels
    from .writing import instance_to_json, solution_to_json, write_instance, write_solution

_HOME = {
    "Balance": "balance",
    "Bound": "bounds",
    "Conflict": "naming",
    "Constraint": "naming",
    "Contradictory": "naming",
    "Instance": "instance",
    "InstanceError": "instance",
    "NO_LIMIT": "instance",
    "Floor": "repairing.live",
    "REASONS": "solution",
    "Rival": "rivals",
    "Report": "checking",
    "ServicePrice": "service",
    "Solution": "solution",
    "balance_of": "balance",
    "bound": "bounds",
    "check": "checking",
    "check_data": "checking",
    "check_files": "checking",
    "compile_kernels": "warm",
    "count_breaks": "solution",
    "count_idle": "solution",
    "fewer_breaks": "tidying",
    "generate": "generating",
    "generate_family": "families",
    "granted_shares": "balance",
    "greedy": "baseline",
    "instance_from_json": "reading",
    "instance_to_json": "writing",
    "make_instance": "instance",
    "read_instance": "reading",
    "repair": "repairing.resettle",
    "rivals": "rivals",
    "schedule_digest": "digest",
    "service_price": "service",
    "service_prices": "service",
    "solution_to_json": "writing",
    "solve": "solving",
    "solve_keeping": "repairing.keeping",
    "write_instance": "writing",
    "write_solution": "writing",
}
__all__ = [
    "NO_LIMIT",
    "REASONS",
    "Balance",
    "Bound",
    "Conflict",
    "Constraint",
    "Contradictory",
    "Floor",
    "Instance",
    "InstanceError",
    "Report",
    "Rival",
    "ServicePrice",
    "Solution",
    "balance_of",
    "bound",
    "check",
    "check_data",
    "check_files",
    "compile_kernels",
    "count_breaks",
    "count_idle",
    "fewer_breaks",
    "generate",
    "generate_family",
    "granted_shares",
    "greedy",
    "instance_from_json",
    "instance_to_json",
    "make_instance",
    "read_instance",
    "repair",
    "rivals",
    "schedule_digest",
    "service_price",
    "service_prices",
    "solution_to_json",
    "solve",
    "solve_keeping",
    "write_instance",
    "write_solution",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value
