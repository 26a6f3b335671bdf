"""What Marie does: receive a message, answer it, hand over, erase. Each commits explicitly."""
