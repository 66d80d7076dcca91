"""Bring a store up to date with the files and addresses it answers from."""
