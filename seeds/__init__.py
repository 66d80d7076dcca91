"""The articles that ship with Dateline, used when no folder is named."""
