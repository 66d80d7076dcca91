"""What a question takes from, and gives to, the conversation around it."""
