"""Reads that pages and commands share, each with a number of statements that rows do not change."""
