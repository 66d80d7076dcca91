"""Tools and resources for agents, in the Model Context Protocol."""
