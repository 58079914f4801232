"""The rules: what people may do and what happens then. Every door (page, REST, socket) comes through here."""
