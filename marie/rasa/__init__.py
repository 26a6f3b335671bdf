"""The way to Rasa: one HTTP seam."""
