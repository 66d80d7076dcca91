"""The words given to the language model."""
