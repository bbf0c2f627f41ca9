"""What leaves the house, on the organiser's desk: other systems, messages, what was given up."""
