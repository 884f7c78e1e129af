"""The forecast of every hall that is watched, kept up to date in a process of its own."""
