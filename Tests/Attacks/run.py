"""Runs attacks against a server and prints their figures; with --before against two binaries, one after the other.

    python run.py --usher .build/release/usher [--before OTHER] [NAME ...]

Without names all are run. Servers listen on loopback and end with their attack.
"""

from __future__ import annotations

import argparse
import importlib
import pathlib
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent / "clients/python/src")]

import harness  # noqa: E402


def main() -> int:
    names = sorted(path.stem.removeprefix("attack_") for path in HERE.glob("attack_*.py"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--usher", default=".build/release/usher", help="the binary to attack")
    parser.add_argument("--before", help="an older binary, attacked first, to compare with")
    parser.add_argument("--list", action="store_true", help="list the attacks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    arguments = parser.parse_args()
    modules = {name: importlib.import_module(f"attack_{name}") for name in arguments.names or names}
    if arguments.list:
        for name, module in modules.items():
            print(f"{name}: {(module.__doc__ or '').splitlines()[0]}")
        return 0
    failed = 0
    binaries = [("before", arguments.before)] if arguments.before else []
    binaries.append(("now", arguments.usher))
    for name, module in modules.items():
        for label, binary in binaries:
            lab = harness.Lab(binary)
            begin = time.monotonic()
            try:
                figures = module.attack(lab)
            except Exception:
                traceback.print_exc()
                figures, failed = {"failed": True}, failed + 1
            finally:
                lab.close()
            print(harness.as_line(f"{name} ({label})", {**figures, "took s": round(time.monotonic() - begin)}), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
