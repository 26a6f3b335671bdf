"""Marie's bot: what runs inside Rasa (`components`) and in the action server (`actions`)."""
