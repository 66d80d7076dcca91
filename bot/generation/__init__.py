"""Answers that a language model writes, and the judge that checks them."""
