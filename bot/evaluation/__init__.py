"""How well a trained model understands questions that training never saw (`marie evaluate`)."""
