"""The `threadx` program as the comparisons in this folder run it: one process a run, JSON out.

Needs nothing but Python; the comparisons themselves are run by hand, see each of them.
"""

import json
import os
import subprocess

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def release():
    """The release program, built now if it is not."""
    command = ["cargo", "build", "--release", "-p", "threadx-cli", "--message-format", "json-render-diagnostics"]
    built = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, text=True).stdout
    messages = (json.loads(line) for line in built.splitlines())
    return [m["executable"] for m in messages if m.get("executable")][-1]


def add_option(parser):
    parser.add_argument("--threadx", metavar="PROGRAM", help="the program; built in release form if not given")


def backtest(program, bars, request, params, curves=False):
    """The result of a backtest over the file `bars`; `request` and `params` by the names of their fields."""
    command = [program, "backtest", "--data", bars, "--output", "json"]
    for name, value in request.items():
        if value is True and name == "whole_units":
            command.append("--whole-units")
        elif value is not None and value is not False or name == "exit_on_signal":
            text = str(value).lower() if isinstance(value, bool) else str(value)
            command += ["--" + name.replace("_", "-"), text]
    for name, value in params.items():
        command += ["-p", f"{name}={value}"]
    if curves:
        command.append("--curves")
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
    return json.loads(done.stdout)


def differs(ours, theirs, scale=0.0, tolerance=1e-9):
    """Whether two numbers differ by more than the tolerance of the larger or of `scale`."""
    if ours is None or theirs is None:
        return (ours is None) != (theirs is None)
    return not abs(ours - theirs) <= tolerance * max(abs(ours), abs(theirs), scale)
