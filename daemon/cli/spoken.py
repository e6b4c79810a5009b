"""The command line in the machine's language: what ``--help`` says, and what is said when something was typed wrongly.

Typer says both in English only, some of it through gettext and some not. So help is laid out here where the machine
does not speak English, with the texts of ``daemon/locale/help.toml``, and wrong usage is told in our own words.
"""

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from importlib.resources import files
from typing import Any

import typer
from typer.core import TyperGroup

from daemon.cli.language import machine_language
from daemon.domain.messages import Message, message

_WrongUsage: type[Exception] = typer.BadParameter.__bases__[0]
"""Typer gives no other name to what all wrong usage is."""
_WORDS = {
    "<path>": "<tempat>",
    "<str>": "<teks>",
    "<list[str]>": "<teks>",
    "<int>": "<angka>",
    "<int range>": "<angka>",
    "<float>": "<angka>",
    "<float range>": "<angka>",
    "[default: ": "[bawaan: ",
    "[required]": "[wajib]",
}
"""How values are named in front of a help text, and what is said behind it."""
_ARGUMENTS = {
    "folder": "FOLDER",
    "goods": "SKU=JUMLAH",
    "plan": "RENCANA",
    "return_": "NOMOR",
    "shop": "TOKO",
    "sku": "SKU",
    "what": "NOMOR",
    "which": "NOMOR",
}
"""What stands for the values that are typed without an option."""
_NO_COMMAND = re.compile(r"No such command '(?P<given>.*?)'(?:.* Did you mean '(?P<near>[^']*)')?")
_TOO_MUCH = re.compile(r"unexpected extra argument.*\((?P<given>.*)\)")


class SpokenGroup(TyperGroup):
    """Commands that speak the language of the machine."""

    def main(  # as typer has it, here and in the types
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001, FBT002
        windows_expand_args: bool = True,  # noqa: FBT001, FBT002
        **extra: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Run what was typed; wrong usage is told in our words, with exit code 2."""
        if machine_language() == "id":
            _translate(self)
        run = partial(super().main, args, prog_name, complete_var, False, windows_expand_args, **extra)
        if not standalone_mode:
            return run()
        try:
            code = run()
        except typer.Abort:
            _warn(message("cli.aborted"))
            sys.exit(1)
        except _WrongUsage as error:
            _tell(error)
            sys.exit(2)
        sys.exit(code if isinstance(code, int) else 0)


@cache
def help_texts() -> Mapping[str, str]:
    """Give the Indonesian of each paragraph of help."""
    return tomllib.loads(files("daemon").joinpath("locale", "help.toml").read_text(encoding="utf-8"))


def paragraphs(text: str | None) -> Iterator[str]:
    """Cut a help text as it stands in the code into paragraphs without line breaks."""
    return (" ".join(each.split()) for each in (text or "").split("\n\n") if each.strip())


def _translated(text: str | None) -> str:
    return "\n\n".join(help_texts().get(each, each) for each in paragraphs(text))


def _translate(command: Any) -> None:  # noqa: ANN401 - a command or a group; typer hides their classes
    command.help, command.options_metavar = _translated(command.help), "[PILIHAN]"
    command.get_help = partial(_help, command)
    for parameter in command.params:
        parameter.help = _translated(parameter.help)
        if parameter.param_type_name == "argument":
            parameter.metavar = _ARGUMENTS[parameter.name]
    for each in getattr(command, "commands", {}).values():
        command.subcommand_metavar = "PERINTAH [ISIAN]..."
        _translate(each)


def _help(command: Any, context: Any) -> str:  # noqa: ANN401 - as above
    formatter = context.make_formatter()
    pieces = re.sub("[{}]", "", " ".join(command.collect_usage_pieces(context)))  # typer's sign of what is required
    formatter.write_usage(context.command_path, pieces, "Pemakaian: ")
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_text(command.help)
    records = [(each.param_type_name, each.get_help_record(context)) for each in command.get_params(context)]
    for kind, heading in (("argument", "Isian"), ("option", "Pilihan")):
        rows = [tuple(map(_in_our_words, record)) for of_kind, record in records if record and of_kind == kind]
        if rows:
            with formatter.section(heading):
                formatter.write_dl(rows)
    commands = [(name, next(paragraphs(each.help), "")) for name, each in getattr(command, "commands", {}).items()]
    if commands:
        with formatter.section("Perintah"):
            formatter.write_dl(commands)
    return str(formatter.getvalue().rstrip("\n"))


def _in_our_words(text: str) -> str:
    if text in help_texts():  # of what typer adds by itself
        return help_texts()[text]
    for english, indonesian in _WORDS.items():
        text = text.replace(english, indonesian)
    return text


def _tell(error: Any) -> None:  # noqa: ANN401 - one of typer's hidden classes
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(error.format_message(), err=True)
        return
    _warn(_why(error))
    if error.ctx is not None:
        _warn(message("cli.see_help", command=error.ctx.command_path))


def _why(error: Any) -> Message:  # noqa: ANN401 - as above
    if option := getattr(error, "option_name", ""):
        if type(error).__name__ == "NoSuchOption":
            return message("cli.no_option", option=option)
        is_flag = "does not take a value" in error.message
        return message("cli.needless_value" if is_flag else "cli.no_value", option=option)
    if isinstance(error, typer.BadParameter):
        is_missing = type(error).__name__ == "MissingParameter"
        return message("cli.missing" if is_missing else "cli.bad_value", name=_named(error.param))
    if found := _NO_COMMAND.search(error.message):
        near = found["near"]
        code = "cli.no_command_near" if near else "cli.no_command"
        return message(code, given=found["given"], near=near or "")
    if found := _TOO_MUCH.search(error.message):
        return message("cli.too_much", given=found["given"])
    return message("cli.wrong_usage", said=error.format_message())


def _named(parameter: Any) -> str:  # noqa: ANN401 - as above
    is_option = parameter.param_type_name == "option"
    return str(parameter.opts[-1] if is_option else parameter.metavar or parameter.name)


def _warn(said: Message) -> None:
    from daemon.cli.console import warn  # noqa: PLC0415 - ``--help`` answers at once
    from daemon.texts import Texts  # noqa: PLC0415 - as above

    warn(Texts(machine_language()).say(said))
