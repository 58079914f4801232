"""The store on MongoDB."""

from chatbeside.store.mongo.store import MongoStore

__all__ = ["MongoStore"]
