"""French as people type it: folding, and what is read in it without a model.

Pure Python for 3.10 or newer: these modules also run inside Rasa's environment.
"""
