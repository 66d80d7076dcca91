"""Texts into vectors: the static model that is installed, or one that is configured."""
