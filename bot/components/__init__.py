"""What runs inside Rasa's process (Python 3.10): reading the message, and keeping nothing of it."""
