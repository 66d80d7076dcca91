"""Runs: gold questions answered, and the answers read back."""
