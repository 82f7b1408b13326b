"""Pages of help, with options in groups, and errors of the command line in the words of podhosts' own."""

from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

#: The groups of options in the order of a page; what belongs to none is in the last one.
SELECT, OUTPUT, REPAIR, BASELINE, RUN = "Select", "Output", "Repair", "Baseline", "Run"
_GROUPS = (SELECT, OUTPUT, REPAIR, BASELINE, RUN)
_REST = "Options"
#: The widest page: longer lines are hard to read.
WIDEST = 120
#: What typer raises for wrong use; of click's exceptions it exports only a subclass.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]


class GroupedCommand(TyperCommand):
    """A command whose page of help has its options in groups (`rich_help_panel`)."""

    # By its version typer has click or a copy of it: classes of contexts and formatters have no lasting name.
    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments and the groups of options."""
        rows: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            row = parameter.get_help_record(ctx)
            if row is not None:
                is_argument = parameter.param_type_name == "argument"
                group = "Arguments" if is_argument else getattr(parameter, "rich_help_panel", None) or _REST
                rows.setdefault(group, []).append(row)
        if RUN in rows:
            rows[RUN] += rows.pop(_REST, [])
        for group in ("Arguments", *_GROUPS, _REST):
            if group in rows:
                with formatter.section(group):
                    formatter.write_dl(rows[group])


def print_help(context: typer.Context, command: str | None) -> int:
    """Print the page of a command, by default that of podhosts; returns the exit code."""
    from podhosts.commands.terminal import say
    from podhosts.commands.usage import OK, WRONG_USE, UsageError, choose

    top = context.find_root()
    group = top.command
    assert isinstance(group, TyperGroup)  # the root of the command line
    if command is None:
        typer.echo(top.get_help())
        return OK
    try:
        found = group.get_command(top, choose("command", command, group.list_commands(top)))
    except UsageError as error:
        say(f"podhosts: {error}")
        return WRONG_USE
    assert found is not None  # it is listed
    with type(top)(found, info_name=command, parent=top) as inner:
        typer.echo(found.get_help(inner))
    return OK


def run(app: typer.Typer) -> int:
    """Run the command line with the process's arguments; returns the exit code, and says what is wrong with them."""
    try:
        code = app(standalone_mode=False)
    except typer.Abort:
        return 130
    except _UsageError as error:
        from podhosts.commands.terminal import say
        from podhosts.commands.usage import WRONG_USE

        message: str = error.format_message()  # type: ignore[attr-defined]  # all of click's exceptions have it
        context: Any = getattr(error, "ctx", None)
        hint = f" (`{context.command_path} --help` lists what there is)" if context else ""
        say(f"podhosts: {_plain(message)}{hint}")
        return WRONG_USE
    return code if isinstance(code, int) else 0


def _plain(text: str) -> str:
    """A message of typer as podhosts writes its own: names in backticks, no capital letter, no full stop."""
    text = text.replace("'", "`").removesuffix(".").replace("a valid int range", "a whole number in its range")
    for theirs in (" Did you mean ", " (Possible options: "):
        before, found, after = text.partition(theirs)
        if found:
            text = f"{before.rstrip(' .')}; did you mean {after.removesuffix(')').removesuffix('?')}?"
    return text[:1].lower() + text[1:]
