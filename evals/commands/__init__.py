"""The commands of `dateline eval`, and the bar they show: what may print and ask."""
