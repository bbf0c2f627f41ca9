"""What every capability stands on. It knows no noun of a fair."""
