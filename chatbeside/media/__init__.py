"""Media on the server, in a process of its own: it is started when somebody needs it and ends when nobody does.

``supervisor`` runs in the server and knows nothing of media; ``worker`` is the process and has no access to the
store, to accounts or to the network's requests. They speak JSON, a line each way, over the worker's standard streams.
"""
