"""A service below a host's root answers alike, whether the proxy in front takes the base path off or not."""

from starlette.types import ASGIApp, Receive, Scope, Send


class BasePath:
    """Takes the base path off the path of each request, if it is still there."""

    def __init__(self, app: ASGIApp, *, base_path: str) -> None:
        self._app = app
        self._base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._base_path and scope["type"] == "http" and scope["path"].startswith(f"{self._base_path}/"):
            scope["path"] = scope["path"][len(self._base_path) :]
        await self._app(scope, receive, send)
