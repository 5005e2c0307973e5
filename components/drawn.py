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
    "Header I Img Label Legend Li Main Mark Meter Nav Ol Option P Pre Progress S Section Select Small Span Strong Sub "
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
    pieces = list(drawn) if isinstance(drawn, list | tuple) else [drawn]
    trees = [_tree(each) for each in pieces]
    if all(tree is not None for tree in trees):
        is_text = not any(isinstance(each, Component) for each in pieces)
        return drawn if is_text else Drawn([node for tree in trees for node in tree])
    packed = [_opened(each) if tree is None else pack(each) for each, tree in zip(pieces, trees, strict=True)]
    return packed if isinstance(drawn, list | tuple) else packed[0]


def _opened(component: Component) -> Component:
    """Returns a component that must stay one, with its children packed."""
    inside = getattr(component, "children", None)
    if inside is None:
        return component
    told = component.to_plotly_json()["props"] | {"children": pack(inside)}
    return type(component)(**told)


def _tree(value: object) -> list | None:
    """Returns markup as nodes; None for what has an id or is more than an element."""
    if value is None or isinstance(value, bool):
        return []
    if not isinstance(value, Component):
        return _list(value) if isinstance(value, list | tuple) else [str(value)]
    told = value.to_plotly_json()
    if told["namespace"] != "dash_html_components" or told["type"] not in TAGS:
        return None
    props = {name: each for name, each in told["props"].items() if each is not None}
    children = props.pop("children", None)
    inside = _tree(children)
    if "id" in props or inside is None:
        return None
    return [[told["type"].lower(), props, inside]]


def _list(values: list | tuple) -> list | None:
    nodes: list = []
    for each in values:
        found = _tree(each)
        if found is None:
            return None
        nodes += found
    return nodes
