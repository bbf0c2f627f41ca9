"""The model edition, built through the public domain functions. All of it is made up."""
