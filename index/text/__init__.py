"""Text as data: search terms, sentences and passages as offsets, hashes, signatures, calendars."""
