"""`hallsys console`: the officer's counter in a terminal.

`desk` is what the counter knows, `lookup` what it has to ask the server for. `presses` takes keys to the hall, `wishes`
says which of them ask a `question` first, `questions` about the ticket and `matters` about the counter. `hand`,
`panels` and `layout` are what is seen, made of what is in `scene`, `alerts` what is heard. `terminal` is the only room
that touches the terminal, `counter` ties them to the hall, `command` begins and ends it.
"""
