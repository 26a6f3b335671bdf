"""The web application: visitors' gateway, console, administration."""
