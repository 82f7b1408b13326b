"""A real client of `podhosts lsp` in a process of its own (pytest-lsp), with what tests ask of it."""

from __future__ import annotations

import asyncio
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from lsprotocol import types
from pygls import uris
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient, client_capabilities
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

from tests.running import PATIENCE, environment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

Answer = TypeVar("Answer")
SERVER = (sys.executable, "-m", "podhosts", "lsp")


class Editor:
    """An editor with open files. Positions are the protocol's."""

    def __init__(self, client: LanguageClient) -> None:
        self.client = client
        self.texts: dict[str, str] = {}
        self.published: dict[str, asyncio.Queue[types.PublishDiagnosticsParams]] = {}
        self.registered: list[types.Registration] = []
        self._versions: dict[str, int] = {}

    def queue(self, uri: str) -> asyncio.Queue[types.PublishDiagnosticsParams]:
        return self.published.setdefault(uri, asyncio.Queue())

    async def open(self, path: Path, text: str, language: str = "yaml") -> list[types.Diagnostic]:
        """Open a file and give its diagnostics."""
        return await self.diagnostics(self.start_open(path, text, language), version=1)

    def start_open(self, path: Path, text: str, language: str = "yaml") -> str:
        """Open a file, without waiting; gives its address."""
        uri = address(path)
        self.texts[uri] = text
        self._versions[uri] = 1
        document = types.TextDocumentItem(uri, language, 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(document))
        return uri

    async def change(self, path: Path, text: str) -> list[types.Diagnostic]:
        """Type a text and give its diagnostics."""
        return await self.diagnostics(address(path), version=self.type(path, text))

    def type(self, path: Path, text: str) -> int:
        """Type a text, without waiting; gives its version."""
        uri = address(path)
        self.texts[uri] = text
        self._versions[uri] += 1
        identifier = types.VersionedTextDocumentIdentifier(version=self._versions[uri], uri=uri)
        changes = [types.TextDocumentContentChangeWholeDocument(text)]
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(identifier, changes))
        return self._versions[uri]

    def save(self, path: Path) -> None:
        path.write_text(self.texts[address(path)], "utf-8")
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(identifier(path)))

    def close(self, path: Path) -> None:
        del self._versions[address(path)]
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(identifier(path)))

    async def close_all(self) -> None:
        """Close what is open, and forget it."""
        for uri in list(self._versions):
            self.client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))
            del self._versions[uri]
            await self.until(uri, lambda published: published.version is None)

    def change_folders(self, *, added: Sequence[Path] = (), removed: Sequence[Path] = ()) -> None:
        new, old = ([types.WorkspaceFolder(address(path), path.name) for path in paths] for paths in (added, removed))
        event = types.WorkspaceFoldersChangeEvent(added=new, removed=old)
        self.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))

    def changed_on_disk(self, path: Path) -> None:
        event = types.FileEvent(address(path), types.FileChangeType.Changed)
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))

    async def diagnostics(self, uri: str, version: int | None) -> list[types.Diagnostic]:
        """The diagnostics of a version."""
        return await self.until(uri, lambda published: published.version == version)

    async def until(
        self, uri: str, is_right: Callable[[types.PublishDiagnosticsParams], bool]
    ) -> list[types.Diagnostic]:
        """The first diagnostics that are right."""
        while True:
            published = await asyncio.wait_for(self.queue(uri).get(), PATIENCE)
            if is_right(published):
                return list(published.diagnostics)

    async def until_codes(self, path: Path, *codes: str) -> list[types.Diagnostic]:
        """The first diagnostics with just these codes."""
        return await self.until(address(path), lambda published: codes_of(published.diagnostics) == sorted(codes))

    async def actions(
        self, path: Path, range_: types.Range | None = None, only: list[str] | None = None
    ) -> list[types.CodeAction]:
        """The actions for a range (default: all of the file)."""
        everything = types.Range(types.Position(0, 0), types.Position(10000, 0))
        context = types.CodeActionContext(diagnostics=[], only=only)
        parameters = types.CodeActionParams(identifier(path), range_ or everything, context)
        found = await self.client.text_document_code_action_async(parameters)
        return [action for action in found or [] if isinstance(action, types.CodeAction)]

    async def hover(self, path: Path, position: types.Position) -> types.Hover | None:
        return await self.client.text_document_hover_async(types.HoverParams(identifier(path), position))

    async def completion(self, path: Path, position: types.Position) -> Sequence[types.CompletionItem]:
        found = await self.client.text_document_completion_async(types.CompletionParams(identifier(path), position))
        return found.items if isinstance(found, types.CompletionList) else found or []


def address(path: Path) -> str:
    return uris.from_fs_path(str(path)) or ""


def identifier(path: Path) -> types.TextDocumentIdentifier:
    return types.TextDocumentIdentifier(address(path))


def codes_of(diagnostics: Sequence[types.Diagnostic]) -> list[str]:
    return sorted(str(item.code) for item in diagnostics)


@asynccontextmanager
async def editor(
    *folders: Path,
    encodings: Sequence[types.PositionEncodingKind] | None = None,
    command: Sequence[str] = SERVER,
    configuration: dict[str, object] | None = None,
    resolves_edits: bool = True,
) -> AsyncIterator[Editor]:
    """An editor with these workspace folders and Visual Studio Code's capabilities, until the server has ended."""
    client = LanguageClient(converter_factory=default_converter, configuration={"": configuration or {}})
    opened = Editor(client)

    def publish(_: LanguageClient, params: types.PublishDiagnosticsParams) -> None:
        opened.queue(params.uri).put_nowait(params)

    def register(_: LanguageClient, params: types.RegistrationParams) -> None:
        opened.registered += params.registrations

    # pytest-lsp keeps the diagnostics, but not which text they are of.
    features = {types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: publish, types.CLIENT_REGISTER_CAPABILITY: register}
    register_lsp_features(client, DEFAULT_CLIENT_FEATURES | features)
    await client.start_io(*command, env=environment())
    capabilities = client_capabilities("visual-studio-code")
    if encodings is not None:
        capabilities.general = types.GeneralClientCapabilities(position_encodings=list(encodings))
    if not resolves_edits and capabilities.text_document and capabilities.text_document.code_action:
        capabilities.text_document.code_action.resolve_support = None
    parameters = types.InitializeParams(
        capabilities=capabilities,
        workspace_folders=[types.WorkspaceFolder(address(folder), folder.name) for folder in folders],
    )
    await asyncio.wait_for(client.initialize_session(parameters), PATIENCE)
    try:
        yield opened
    finally:
        await asyncio.wait_for(client.shutdown_session(), PATIENCE)
        await client.stop()  # type: ignore[no-untyped-call] # pytest-lsp's own
