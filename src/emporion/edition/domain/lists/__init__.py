"""Lists as organisers keep them: their columns, how cells are read, and rows to be written."""
