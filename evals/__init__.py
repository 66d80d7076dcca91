"""Gold questions, runs and figures."""
