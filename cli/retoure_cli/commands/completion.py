"""`retoure completion`: the Tab key for bash, zsh and fish."""

from __future__ import annotations

import sys

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print a script that makes the Tab key complete commands, options, mappings and codes.

    \b
    For good, with a new terminal:
      bash  echo 'source <(retoure completion bash)' >> ~/.bashrc
      zsh   echo 'source <(retoure completion zsh)' >> ~/.zshrc   (after compinit)
      fish  retoure completion fish > ~/.config/fish/completions/retoure.fish

    Exit code 0: printed. 2: another shell.

    \b
    Examples:
      retoure completion bash
      retoure completion zsh
      retoure completion fish
    """
    found = get_completion_class(shell)
    assert found is not None, "click knows the three shells"
    sys.stdout.write(found(ctx.find_root().command, {}, "retoure", "_RETOURE_COMPLETE").source() + "\n")
