"""Lists in and out: CSV and XLSX as people send them, with errors that say where and what."""
