"""A language model that judges a run, and is judged itself."""
