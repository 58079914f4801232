"""Links within the product: a client-side navigation, with an ordinary address behind it."""

from typing import Any

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink


def link(*children: Any, to: Any, **props: Any) -> rx.Component:
    """Return a link to a page of this site.

    Args:
        *children: What is in it.
        to: The page's path, with its query.
        **props: Further props, such as ``class_name``.
    """
    return ReactRouterLink.create(*children, to=to, **props)
