"""Gold questions: their format, read, checked and drafted."""
