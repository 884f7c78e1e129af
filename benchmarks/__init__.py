"""What hallsys reaches, against floors measured in the same run: `bin/bench`."""
