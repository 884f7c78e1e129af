"""A ticket on its holder's phone, the tablet that asks how it was, and numbers taken by phone."""
