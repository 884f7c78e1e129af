"""Several halls at once: one line each, for whoever supervises more than one."""
