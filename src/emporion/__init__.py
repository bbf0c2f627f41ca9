"""Emporion runs an international trade expo as a market."""

__version__ = "0.1.0"
