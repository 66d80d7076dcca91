"""A question in, the passages that bear on it out, best first."""
