"""The conversation: a question in, an answer with verified quotes out."""
