"""The REST door: thin routers over the services, one OpenAPI document, errors as problem+json (RFC 9457)."""

from chatbeside.api.app import build_api, lay_routes

__all__ = ["build_api", "lay_routes"]
