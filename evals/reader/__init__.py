"""Trains the top layers of the reader on questions whose sentences were labelled by hand."""
