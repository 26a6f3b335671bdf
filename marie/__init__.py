"""Marie: a French-speaking assistant for newcomers who think of living outside Montréal."""
