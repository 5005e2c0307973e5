"""What the commands of the command line share (命令行公用): how one is declared, how it answers."""

from __future__ import annotations

import argparse
import json
import sys


def command(group, name: str, *, run, common, text: str) -> argparse.ArgumentParser:
    """Adds one command to a group and returns its parser."""
    parser = group.add_parser(name, parents=[common], help=text)
    parser.set_defaults(run=run)
    return parser


def ids(text: str | None) -> frozenset[str] | None:
    """Reads comma-separated ids; None means the whole town."""
    return None if text is None else frozenset(part.strip() for part in text.split(",") if part.strip())


def say(options, value: object, *, text: str, is_fault: bool = False) -> None:
    """Answers in words, or as JSON when asked for; faults go to standard error."""
    stream = sys.stderr if is_fault and not options.json else sys.stdout
    stream.write((json.dumps(value, ensure_ascii=False) if options.json else text) + "\n")
