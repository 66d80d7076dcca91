"""Where articles differ on what a question asks, and how an answer says so."""
