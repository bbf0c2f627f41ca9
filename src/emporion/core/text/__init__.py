"""Text in three scripts: the input gate, folding, words, sort keys, likely doubles."""
