"""The figures of a run, and what differs between two."""
