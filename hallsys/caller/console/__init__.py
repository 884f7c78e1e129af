"""`hallsys console`: the officer's counter in a terminal.

`desk` is what the counter knows, `presses` and `questions` what the keys do, `panels` and `layout` what is seen,
`terminal` the only room that touches the terminal, `counter` ties them to the hall, `command` begins and ends it.
"""
