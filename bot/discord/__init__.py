"""The Discord bot: the same answers in servers and direct messages."""
