"""Link previews made on the server: nobody's browser visits a page because somebody else wrote its address."""

from chatbeside.services.previews.service import Previews

__all__ = ["Previews"]
