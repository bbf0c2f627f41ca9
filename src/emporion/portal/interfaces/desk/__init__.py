"""The organiser's desk: lists taken in, participants, people, the journal, the set-up."""
