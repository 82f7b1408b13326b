"""The language server: what the editor tells and asks, and when files are checked."""

from __future__ import annotations

import asyncio
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from lsprotocol import types
from pygls import uris
from pygls.lsp.server import LanguageServer

from podhosts import __version__
from podhosts.commands.usage import UsageError
from podhosts.discovery import CONFIG_NAMES, ENDINGS, with_slashes
from podhosts.engine import Result
from podhosts.kustomize.names import KUSTOMIZATION_NAMES
from podhosts.lsp import actions, completion, links
from podhosts.lsp.buffers import Buffer, Positions
from podhosts.lsp.checked import CheckedFile
from podhosts.lsp.diagnostics import diagnostics, from_findings, uri_of
from podhosts.lsp.hover import hover
from podhosts.lsp.projects import Project
from podhosts.lsp.protocol import AnsweringProtocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from podhosts.edits import Edit
    from podhosts.source import Source

Answer = TypeVar("Answer")
_logger = logging.getLogger(__name__)


class PodhostsServer(LanguageServer):
    """One client's open files.

    All checking and reading is done by one worker, so that messages are taken while it works. Each file is checked
    again until its newest text has been; what a request needs waits for that.
    """

    def __init__(self) -> None:
        # Whole texts: for parts pygls counts lines with `str.splitlines`, which also breaks at form feeds and others.
        super().__init__(
            "podhosts",
            __version__,
            text_document_sync_kind=types.TextDocumentSyncKind.Full,
            protocol_cls=AnsweringProtocol,
        )
        self._worker = ThreadPoolExecutor(max_workers=1)
        #: The addresses of open files in order, as the client writes them; those of pygls have no escapes.
        self._open: dict[str, None] = {}
        self._projects: dict[str, Project] = {}
        self._checked: dict[str, CheckedFile] = {}
        self._outdated: set[str] = set()
        self._checks: dict[str, asyncio.Task[None]] = {}

    def positions(self, source: Source) -> Positions:
        """How the client counts in a source."""
        encoding = self.server_capabilities.position_encoding or types.PositionEncodingKind.Utf16
        return Positions(source, encoding)

    def opened(self, uri: str) -> None:
        """A file was opened."""
        self._open[uri] = None
        self.check(uri)

    def check(self, *addresses: str) -> None:
        """Check files as soon as possible."""
        for uri in addresses:
            self._outdated.add(uri)
            if uri not in self._checks:
                self._checks[uri] = asyncio.ensure_future(self._check_until_current(uri))

    def check_all(self) -> None:
        """Check all open files with settings and other files read anew."""
        self._projects.clear()
        self.check(*self._open)

    def forget(self, uri: str) -> None:
        """A file was closed: what it says is what is stored."""
        self._open.pop(uri, None)
        self._outdated.discard(uri)
        self._checked.pop(uri, None)
        self._publish(uri, None, [])
        self.check_all()

    async def checked(self, uri: str) -> CheckedFile | None:
        """A file as it is now; None where it is not open."""
        while task := self._checks.get(uri):
            # A request that is cancelled must not take the check with it.
            await asyncio.shield(task)
        return self._checked.get(uri)

    async def work(self, question: Callable[[], Answer]) -> Answer:
        """The worker's answer."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, question)

    async def _check_until_current(self, uri: str) -> None:
        try:
            while uri in self._outdated:
                self._outdated.discard(uri)
                buffer = self._buffer(uri)
                project = self._project(buffer)
                checked = await self.work(lambda: _check(project, buffer))  # noqa: B023 - awaited at once
                if uri not in self._outdated and uri in self._open:
                    self._checked[uri] = checked
                    self._publish(uri, buffer.version, diagnostics(checked, self.positions))
        except Exception:
            _logger.exception("%s could not be checked", uri)
        finally:
            del self._checks[uri]

    def _publish(self, uri: str, version: int | None, found: list[types.Diagnostic]) -> None:
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, version))

    def _buffer(self, uri: str) -> Buffer:
        document = self.workspace.get_text_document(uri)
        return Buffer(uri, document.path, document.source, document.version)

    def _project(self, buffer: Buffer) -> Project:
        """The project of a file: its innermost workspace folder, or else its own folder, where it stands alone."""
        folders = [folder for folder in self._folders() if Path(buffer.path).is_relative_to(folder)]
        root = max(folders, key=len, default=os.path.dirname(buffer.path))
        if root not in self._projects:
            open_files = {other.path: other for other in map(self._buffer, self._open)}
            self._projects[root] = Project(root, open_files, is_folder=bool(folders))
        return self._projects[root]

    def _folders(self) -> list[str]:
        addresses = list(self.workspace.folders) or [self.workspace.root_uri]
        return [with_slashes(path) for uri in addresses if uri and (path := uris.to_fs_path(uri))]


def _check(project: Project, buffer: Buffer) -> CheckedFile:
    """Check a file; whatever goes wrong is told in the file."""
    try:
        return CheckedFile(buffer, project, project.check(buffer))
    except UsageError as error:
        return CheckedFile(buffer, project, Result(), f"not checked: {error}")
    except Exception as error:
        _logger.exception("%s could not be checked", buffer.path)
        message = f"not checked: podhosts failed here, please report it: {type(error).__name__}: {error}"
        return CheckedFile(buffer, project, Result(), message)


def create_server() -> PodhostsServer:
    """A server with all that it can do."""
    server = PodhostsServer()
    for method, (handler, options) in _FEATURES.items():
        server.feature(method, options)(handler)
    return server


def _initialized(ls: PodhostsServer, params: types.InitializedParams) -> None:
    """Ask to be told of manifests, parts of templates and configs that change on disk."""
    watching = ls.client_capabilities.workspace and ls.client_capabilities.workspace.did_change_watched_files
    if not watching or not watching.dynamic_registration:
        return
    patterns = [
        *(f"**/*{ending}" for ending in (*ENDINGS, ".tpl")),
        *(f"**/{name}" for name in (*CONFIG_NAMES, *KUSTOMIZATION_NAMES)),
    ]
    watchers = [types.FileSystemWatcher(pattern) for pattern in patterns]
    options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
    registration = types.Registration("podhosts-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
    ls.client_register_capability(types.RegistrationParams([registration]))


def _opened(ls: PodhostsServer, params: types.DidOpenTextDocumentParams) -> None:
    ls.opened(params.text_document.uri)


def _changed(ls: PodhostsServer, params: types.DidChangeTextDocumentParams) -> None:
    ls.check(params.text_document.uri)


def _closed(ls: PodhostsServer, params: types.DidCloseTextDocumentParams) -> None:
    ls.forget(params.text_document.uri)


def _others_changed(
    ls: PodhostsServer,
    params: types.DidSaveTextDocumentParams
    | types.DidChangeWatchedFilesParams
    | types.DidChangeWorkspaceFoldersParams
    | types.DidChangeConfigurationParams,
) -> None:
    ls.check_all()


async def _code_actions(ls: PodhostsServer, params: types.CodeActionParams) -> list[types.CodeAction]:
    checked = await ls.checked(params.text_document.uri)
    if checked is None:
        return []
    positions = ls.positions(checked.buffer)
    wanted = [str(getattr(kind, "value", kind)) for kind in params.context.only] if params.context.only else None
    span = positions.span(params.range)
    found = await ls.work(lambda: list(actions.actions(checked, span, wanted)))
    offered = [
        types.CodeAction(
            title=action.title,
            kind=action.kind,
            diagnostics=list(from_findings(checked.buffer, [action.finding], ls.positions)) if action.finding else None,
            is_preferred=action.is_preferred or None,
            edit=None if action.edits is None else _workspace_edit(ls, checked, action.edits),
            data=checked.buffer.uri if action.edits is None else None,
        )
        for action in found
    ]
    if _resolves_edits(ls):
        return offered
    # What takes long is for such an editor only where it asks for it.
    return [item if item.edit else await _resolved_action(ls, item) for item in offered if item.edit or wanted]


def _resolves_edits(ls: PodhostsServer) -> bool:
    """Whether the client asks for the edit of an action when it is chosen."""
    document = ls.client_capabilities.text_document
    action = document.code_action if document else None
    support = action.resolve_support if action and action.data_support else None
    return support is not None and "edit" in support.properties


async def _resolved_action(ls: PodhostsServer, action: types.CodeAction) -> types.CodeAction:
    """An action with its edit, for the text as it is now."""
    checked = await ls.checked(str(action.data))
    if checked is not None:
        action.edit = _workspace_edit(ls, checked, await ls.work(lambda: actions.all_fixes(checked)))
    return action


def _workspace_edit(ls: PodhostsServer, checked: CheckedFile, found: Iterable[Edit]) -> types.WorkspaceEdit:
    """The edits for the text that was checked; editors that know versions refuse them for another."""
    buffer, positions = checked.buffer, ls.positions(checked.buffer)
    edits = [types.TextEdit(positions.range(edit.span), edit.text) for edit in found]
    workspace = ls.client_capabilities.workspace
    if workspace and workspace.workspace_edit and workspace.workspace_edit.document_changes:
        identifier = types.OptionalVersionedTextDocumentIdentifier(uri=buffer.uri, version=buffer.version)
        return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(identifier, edits)])
    return types.WorkspaceEdit(changes={buffer.uri: edits})


async def _hover(ls: PodhostsServer, params: types.HoverParams) -> types.Hover | None:
    checked = await ls.checked(params.text_document.uri)
    if checked is None:
        return None
    positions = ls.positions(checked.buffer)
    offset = positions.offset(params.position)
    found = await ls.work(lambda: hover(checked, offset))
    if found is None:
        return None
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, found.markdown), positions.range(found.span))


async def _completion(ls: PodhostsServer, params: types.CompletionParams) -> list[types.CompletionItem]:
    checked = await ls.checked(params.text_document.uri)
    if checked is None:
        return []
    positions = ls.positions(checked.buffer)
    offset = positions.offset(params.position)
    found = await ls.work(lambda: list(completion.proposals(checked.buffer, offset, checked.kinds)))
    return [
        types.CompletionItem(
            label=item.label,
            kind=types.CompletionItemKind.Property,
            detail="podhosts",
            documentation=item.explanation,
            text_edit=types.TextEdit(positions.range(item.span), item.text),
        )
        for item in found
    ]


async def _definition(ls: PodhostsServer, params: types.DefinitionParams) -> types.Location | None:
    checked = await ls.checked(params.text_document.uri)
    if checked is None:
        return None
    offset = ls.positions(checked.buffer).offset(params.position)
    target = await ls.work(lambda: links.definition(checked, offset))
    return _location(ls, checked, target) if target else None


async def _references(ls: PodhostsServer, params: types.ReferenceParams) -> list[types.Location]:
    checked = await ls.checked(params.text_document.uri)
    if checked is None:
        return []
    offset = ls.positions(checked.buffer).offset(params.position)
    found = await ls.work(lambda: list(links.references(checked, offset)))
    return [_location(ls, checked, target) for target in found]


async def _document_links(ls: PodhostsServer, params: types.DocumentLinkParams) -> list[types.DocumentLink]:
    checked = await ls.checked(params.text_document.uri)
    if checked is None:
        return []
    positions = ls.positions(checked.buffer)
    found = await ls.work(lambda: list(links.mentions(checked)))
    return [
        types.DocumentLink(
            range=positions.range(mention.span),
            target=f"{uri_of(target.source, checked.buffer)}#L{target.source.line_at(target.span.start)}",
            tooltip=f"ConfigMap {mention.name}",
        )
        for mention, target in found
    ]


def _location(ls: PodhostsServer, checked: CheckedFile, target: links.LinkTarget) -> types.Location:
    return types.Location(uri_of(target.source, checked.buffer), ls.positions(target.source).range(target.span))


_FEATURES: dict[str, tuple[Callable[..., object], object]] = {
    types.INITIALIZED: (_initialized, None),
    types.TEXT_DOCUMENT_DID_OPEN: (_opened, None),
    types.TEXT_DOCUMENT_DID_CHANGE: (_changed, None),
    types.TEXT_DOCUMENT_DID_CLOSE: (_closed, None),
    types.TEXT_DOCUMENT_DID_SAVE: (_others_changed, None),
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: (_others_changed, None),
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: (_others_changed, None),
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: (_others_changed, None),
    types.TEXT_DOCUMENT_CODE_ACTION: (
        _code_actions,
        types.CodeActionOptions(code_action_kinds=[actions.QUICK_FIX, actions.FIX_ALL], resolve_provider=True),
    ),
    types.CODE_ACTION_RESOLVE: (_resolved_action, None),
    types.TEXT_DOCUMENT_HOVER: (_hover, None),
    types.TEXT_DOCUMENT_COMPLETION: (_completion, types.CompletionOptions(trigger_characters=["[", ","])),
    types.TEXT_DOCUMENT_DEFINITION: (_definition, None),
    types.TEXT_DOCUMENT_REFERENCES: (_references, None),
    types.TEXT_DOCUMENT_DOCUMENT_LINK: (_document_links, None),
}
