"""One fair: its dates and pavilions, who takes part, and what they need and offer."""
