"""Marie's actions: one module a family of topics. rasa_sdk finds the Action classes in here."""
