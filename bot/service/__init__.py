"""What programs ask of a running Dateline, whichever protocol they speak."""
