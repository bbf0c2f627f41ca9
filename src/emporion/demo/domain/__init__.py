"""Building the model edition through the public domain functions of every capability."""
