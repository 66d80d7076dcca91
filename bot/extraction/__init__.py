"""Which sentences of the retrieved passages answer a question, and how they are shown."""
