"""Services that others run: OpenAI's API and LlamaIndex's integrations, found by name."""
