"""What a store keeps: the manifest, and the indexes derived from it, in generations."""
