"""The command line, for people and programs at a terminal."""
