"""Reads that join capabilities for programs."""
