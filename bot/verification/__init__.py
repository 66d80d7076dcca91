"""Which quotes may be shown, and which written claims they support."""
