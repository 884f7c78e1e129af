"""Is a citizen's dossier ready? One question, asked of what the hall has: a file, a service on the network, none."""
