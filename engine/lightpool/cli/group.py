"""The group of commands: found when called, failing with one sentence."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import click

import lightpool
from lightpool.errors import LightpoolError

#: Commands by name; their modules load only when they are wanted.
_BUILT_IN = {
    "run": "lightpool.cli.run",
    "simulate": "lightpool.cli.simulate",
    "download": "lightpool.cli.download",
    "check": "lightpool.cli.check",
}
#: Where other packages announce commands.
PLUGINS = "lightpool.commands"
_DEBUG = "lightpool.debug"


class Failure(click.ClickException):
    """What goes to stderr when a command fails: one message, status 1."""


def _set_debug(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        ctx.find_root().meta[_DEBUG] = True


def _debug_option() -> click.Option:
    return click.Option(
        ["--debug"],
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_set_debug,
        help="Show the traceback of a failure.",
    )


class Commands(click.Group):
    """A group whose commands load when called, and whose failures are one sentence on stderr."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, built in and announced by other packages."""
        return [*_BUILT_IN, *sorted(set(_plugins()) - set(_BUILT_IN))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by name, or None."""
        if cmd_name in _BUILT_IN:
            command: click.Command = getattr(import_module(_BUILT_IN[cmd_name]), cmd_name)
        else:
            plugin = _plugins().get(cmd_name)
            if plugin is None:
                return None
            command = _load(plugin)
        if not any("--debug" in option.opts for option in command.params):
            command.params.append(_debug_option())
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands; those of other packages are named, not loaded."""
        rows = []
        for name in self.list_commands(ctx):
            if name in _BUILT_IN:
                command = self.get_command(ctx, name)
                rows.append((name, command.get_short_help_str(80) if command else ""))
            else:
                rows.append((name, f"(from {_plugins()[name].module.partition('.')[0]})"))
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; turn what goes wrong into one message unless ``--debug`` is given."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except LightpoolError as error:
            if ctx.find_root().meta.get(_DEBUG):
                raise
            raise Failure(str(error)) from None
        except Exception as error:  # the border of the program: a bug must not greet users with a traceback
            if ctx.find_root().meta.get(_DEBUG):
                raise
            kind = type(error).__name__
            raise Failure(
                f"this should not have happened ({kind}: {error}). Run again with --debug"
            ) from None


def _plugins() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=PLUGINS)}


def _load(plugin: EntryPoint) -> click.Command:
    try:
        command = plugin.load()
    except (ImportError, AttributeError) as error:
        raise Failure(f"command '{plugin.name}' cannot be loaded from {plugin.value}: {error}") from None
    if not isinstance(command, click.Command):
        raise Failure(f"command '{plugin.name}' ({plugin.value}) is no click command")
    return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(lightpool.__version__, prog_name="lightpool")
@click.option(
    "--debug", is_flag=True, expose_value=False, is_eager=True, callback=_set_debug,
    help="Show the traceback of a failure.",
)  # fmt: skip
def main() -> None:
    """Lightpool: live analysis of Cherenkov-telescope data."""
