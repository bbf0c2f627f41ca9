"""Pure computation: no Django, no clock, nothing of a capability. Each engine stands alone."""
