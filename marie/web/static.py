"""Static files, read and compressed once at start: the widget, the pages' styles and scripts.

`/widget/*` is `static/widget`, `/static/*` is `static/`. Each answer has an ETag of its content;
a browser that has the file is told so (304) after ten minutes without asking.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).parent / "static"
_COMPRESSED = frozenset({".js", ".css", ".svg", ".html", ".json", ".txt", ".webmanifest"})
_CACHE = "public, max-age=600, stale-while-revalidate=86400"

mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("image/svg+xml", ".svg")
mimetypes.add_type("font/woff2", ".woff2")


@dataclass(frozen=True)
class StaticFile:
    """A file as it is served."""

    body: bytes
    compressed: bytes | None
    content_type: str
    etag: str


def read_files(folder: Path = FOLDER) -> dict[str, StaticFile]:
    """Every file under `folder`, by its path relative to it."""
    return {
        path.relative_to(folder).as_posix(): _read(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _read(path: Path) -> StaticFile:
    return made_file(path.name, path.read_bytes())


@lru_cache(maxsize=256)
def made_file(name: str, body: bytes) -> StaticFile:
    """`body` as the file of that name would be served."""
    packed = gzip.compress(body, 9, mtime=0) if Path(name).suffix in _COMPRESSED else None
    return StaticFile(
        body=body,
        compressed=packed,
        content_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
        etag=hashlib.sha256(body).hexdigest()[:32],
    )


def answer(request: web.Request, file: StaticFile) -> web.Response:
    """The file, or that the browser has it."""
    response = web.Response()
    response.etag = file.etag
    response.headers["Cache-Control"] = _CACHE
    response.headers["Vary"] = "Accept-Encoding"
    known = request.if_none_match or ()
    if any(etag.value == file.etag for etag in known):
        response.set_status(304)
        return response
    response.content_type = file.content_type
    if file.content_type.startswith("text/"):
        response.charset = "utf-8"
    if file.compressed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.headers["Content-Encoding"] = "gzip"
        response.body = file.compressed
    else:
        response.body = file.body
    return response


def add_static_routes(app: web.Application) -> None:
    """Serve the files of `static/`."""
    files = read_files()

    async def serve(request: web.Request) -> web.Response:
        path = request.match_info["path"]
        file = files.get(f"widget/{path}" if request.path.startswith("/widget/") else path)
        if file is None:
            raise web.HTTPNotFound
        return answer(request, file)

    app.router.add_get("/widget/{path:.+}", serve)
    app.router.add_get("/static/{path:.+}", serve)
