"""Administration (系统管理): accounts for the operator; audit trail and export register for the auditor; pages used."""

from components.page import register_page
from components.tiles.admin_desk import AdminDesk
from components.tiles.usage import Usage

register_page(
    __name__,
    path="/admin",
    title="page.admin",
    nav_order=13,
    permission="admin",
    has_filters=False,
    tiles=[
        AdminDesk(uid="accounts", title="admin.accounts", desk="accounts"),
        AdminDesk(uid="trail", title="admin.trail", desk="trail"),
        AdminDesk(uid="exports", title="admin.exports", desk="exports"),
        Usage(uid="usage", title="usage.title", metric="page_view_count"),
    ],
)
