"""What a computation may be told on the command line: as the engine's own command reads it."""

from emporion.engines.scheduling.options import seconds, seed, steps

__all__ = ["seconds", "seed", "steps"]
