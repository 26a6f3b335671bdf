"""What Marie knows: entries, parameters, places, the directory, and how to find in them."""
