"""Plain markup as one component (成图): what nobody but the reader acts on needs no component per element.

Every Dash component listens to every change of the page; a wall of thousands of them spends its time listening. What
a tile draws is packed into one `Drawn` per piece; only what a callback knows by its id stays a component.
"""

from __future__ import annotations

from typing import ClassVar

from dash.development.base_component import Component

# Plain elements: their names in Dash are the elements' own, and so are their attributes in React.
TAGS = frozenset(
    "A Abbr Article Aside B Button Caption Code Col Colgroup Dd Details Div Dl Dt Em Figcaption Figure Footer H1 H2 H3 H4 "
    "Header I Img Label Legend Li Main Mark Meter Nav Ol Optgroup Option P Pre Progress S Section Select Small Span Strong Sub "
    "Summary Sup Table Tbody Td Tfoot Th Thead Time Tr U Ul".split()
)


class Drawn(Component):
    """Markup drawn by assets/drawn.js: `tree` is a list of texts and [tag, attributes, tree]."""

    _namespace = "cockpit_drawn"
    _type = "Drawn"
    _prop_names: ClassVar = ["id", "tree"]
    _valid_wildcard_attributes: ClassVar = []
    available_properties: ClassVar = ["id", "tree"]
    available_wildcard_properties: ClassVar = []
    _children_props: ClassVar = []
    _base_nodes: ClassVar = ["children"]

    def __init__(self, tree: list):
        """Makes the piece; its markup never changes afterwards."""
        super().__init__(tree=tree)


def pack(drawn: object) -> object:
    """Returns drawn children with every piece that is markup only packed into one component; nothing is changed in place."""
    if isinstance(drawn, Component):
        tree = _tree(drawn)
        return _opened(drawn) if tree is None else Drawn(tree)
    if not isinstance(drawn, list | tuple) or not any(isinstance(each, Component) for each in drawn):
        return drawn
    whole = _list(drawn)
    return [pack(each) for each in drawn] if whole is None else Drawn(whole)


def _opened(component: Component) -> Component:
    """Returns a component that must stay one, with its children packed."""
    inside = getattr(component, "children", None)
    if inside is None:
        return component
    told = component.to_plotly_json()["props"] | {"children": pack(inside)}
    return type(component)(**told)


def _tree(value: object) -> list | None:
    """Returns markup as nodes; None for what has an id or is more than an element."""
    if isinstance(value, Component):
        return _element(value)
    if isinstance(value, list | tuple):
        return _list(value)
    return [] if value is None or isinstance(value, bool) else [str(value)]


def _element(component: Component) -> list | None:
    told = component.to_plotly_json()
    if told["namespace"] != "dash_html_components" or told["type"] not in TAGS:
        return None
    props = {name: each for name, each in told["props"].items() if each is not None}
    inside = _tree(props.pop("children", None))
    return None if "id" in props or inside is None else [[told["type"].lower(), props, inside]]


def _list(values: list | tuple) -> list | None:
    nodes: list = []
    for each in values:
        found = _tree(each)
        if found is None:
            return None
        nodes += found
    return nodes
