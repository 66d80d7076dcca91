"""The mouth for people and programs at a terminal."""
