"""Answerers in processes of their own, so that many questions are answered at once."""
