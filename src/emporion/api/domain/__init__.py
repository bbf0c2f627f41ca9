"""What programs send twice has its effect once."""
