"""Sending messages, the carriers that bring them, webhooks."""
