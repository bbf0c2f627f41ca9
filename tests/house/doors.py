"""A contract for import-linter: capabilities meet only at their doors.

One capability may import from another its `domain`, its `queries` and the few public modules of
pure data named in the settings, and its models may import nothing of another. import-linter's own
contracts cannot say this once for all capabilities.
"""

from __future__ import annotations

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

DOORS = {"domain", "queries"}


class DoorsContract(Contract):  # type: ignore[misc]
    """See the module's text. `root` holds the `capabilities`; `public` are further doors."""

    type_name = "doors"
    root = fields.StringField()
    capabilities = fields.SetField(subfield=fields.StringField())
    public = fields.SetField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        wrong = [
            (source, target)
            for source in sorted(graph.modules)
            for target in sorted(graph.find_modules_directly_imported_by(source))
            if self.refused(source, target)
        ]
        return ContractCheck(kept=not wrong, metadata={"wrong": wrong})

    def refused(self, source: str, target: str) -> bool:
        """Whether an import of `target` by `source` goes past the doors."""
        own, room = self._place(source)
        other, door = self._place(target)
        if own is None or other is None or own == other:
            return False
        if room == "models":
            return True
        public: set[str] = self.public or set()  # type: ignore[assignment]
        return door not in DOORS and f"{other}.{door}" not in public

    def _place(self, module: str) -> tuple[str | None, str]:
        """Return (capability, room) of a module, (None, "") outside of every capability."""
        root, *rest = module.split(".")
        if root != self.root or not rest or rest[0] not in self.capabilities:  # type: ignore[operator]
            return None, ""
        return rest[0], rest[1] if len(rest) > 1 else ""

    def render_broken_contract(self, check: ContractCheck) -> None:
        wrong: list[tuple[str, str]] = check.metadata["wrong"]
        for source, target in wrong:
            output.print_error(f"{source} imports {target}, which is no door.")
