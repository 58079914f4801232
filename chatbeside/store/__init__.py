"""Where chatbeside keeps things: interfaces, and one adapter a database. Nothing else knows a database."""
