"""Messages to people over many carriers, and webhooks to other systems."""
