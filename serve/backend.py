"""Dash's server side (后端): FastAPI without its extras, callbacks off the event loop, websockets closed."""

from __future__ import annotations

import inspect
import logging
from contextvars import copy_context

import anyio
from dash import Dash
from dash.backends._fastapi import FastAPIDashServer
from dash.exceptions import DependencyException, PreventUpdate
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

log = logging.getLogger(__name__)

# As many callbacks at once as two cores have use for; the others wait instead of slowing each other.
CALLBACK_THREADS = 4
# What Dash sends to every viewer and these screens never use: its table.
SPARED = ("/dash/dash_table/",)
# What code does with a value it did not expect; anything else that goes wrong is ours.
_BAD_VALUE = (TypeError, ValueError, KeyError, AttributeError, IndexError)


class CockpitBackend(FastAPIDashServer):
    """The FastAPI backend with three differences.

    Dash runs ordinary callbacks on the event loop, where one slow query stops the live stream of every wall:
    here they run in threads. Its websocket passes by every http guard: closed. Its error pages show the
    inside: ours do not.
    """

    websocket_capability = False

    @staticmethod
    def create_app(name: str = "cockpit", config: dict | None = None) -> FastAPI:
        """Return a server without interactive docs and schema."""
        return FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    def serve_component_suites(self, dash_app: Dash, *path_and_request):
        """Return a script of a component package; what is not registered does not exist."""
        try:
            return super().serve_component_suites(dash_app, *path_and_request)
        except (DependencyException, KeyError, OSError):
            return JSONResponse({"error": "not_found"}, status_code=404)

    def serve_callback(self, dash_app: Dash):
        """Return the route that runs one callback in a thread."""
        limiter: anyio.CapacityLimiter | None = None

        async def dispatch(request: Request) -> Response:
            nonlocal limiter
            limiter = limiter or anyio.CapacityLimiter(CALLBACK_THREADS)
            try:
                return await anyio.to_thread.run_sync(self._run, dash_app, limiter=limiter)
            except PreventUpdate:
                return Response(status_code=204)
            except _BAD_VALUE:
                log.exception("a callback could not use the values it was sent")
                return JSONResponse({"error": "bad_value"}, status_code=400)
            except Exception:
                log.exception("a callback failed")
                return JSONResponse({"error": "internal"}, status_code=500)

        return dispatch

    def _run(self, dash_app: Dash) -> Response:
        # The same steps as Dash's own dispatch (dash 4.4.1, backends/_fastapi.py), in this thread.
        body = self.request_adapter().get_json()
        context = dash_app._initialize_context(body)
        func = dash_app._prepare_callback(context, body)
        args = dash_app._inputs_to_vals(context.inputs_list + context.states_list)
        call = dash_app._execute_callback(func, args, context.outputs_list, context)
        data = copy_context().run(call)
        if inspect.iscoroutine(data):
            raise RuntimeError(
                "callbacks of the cockpit are ordinary functions; an async one cannot run in a thread"
            )
        response = context.dash_response.set_response(data=data)
        # Dash leaves the type out (4.4.1), and what has no type is neither compressed nor safe from sniffing.
        response.headers.setdefault("content-type", "application/json")
        return response


class CockpitDash(Dash):
    """Dash on this backend, silent about what it runs on."""

    def _generate_scripts_html(self) -> str:
        # Dash looks at every file again for every page; here the files do not change while the process lives.
        if not self._got_first_request["setup_server"] or not hasattr(self, "_scripts_html"):
            lines = super()._generate_scripts_html().splitlines()
            self._scripts_html = "\n".join(line for line in lines if not any(each in line for each in SPARED))
        return self._scripts_html

    def _config(self) -> dict:
        told = super()._config()
        # Every page would name the exact versions of Python and Dash; only the developers' panel reads them.
        return {
            **told,
            "python_version": "",
            "dash_version": "",
            "dash_version_url": "",
            "plotly_version": "",
        }


def finish(app: Dash) -> None:
    """Do now what Dash leaves to its first request: collect callbacks and scripts, to be checked."""
    for prepare in app.backend._before_request_funcs:
        prepare()
