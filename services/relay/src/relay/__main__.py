"""`python -m relay serve`: one process beside each service database."""

import argparse
import sys

import uvloop
from pydantic import ValidationError

from relay.app import configure_logging, serve
from relay.config import Settings


def main() -> int:
    parser = argparse.ArgumentParser(prog="relay", description=__doc__)
    parser.add_argument("command", choices=["serve"])
    parser.parse_args()
    try:
        settings = Settings()
    except ValidationError as error:
        names = ", ".join(f"RELAY_{str(one['loc'][0]).upper()}" for one in error.errors())
        sys.stderr.write(f"Set these variables and start again: {names}\n")
        return 2
    configure_logging(settings.log_level)
    uvloop.run(serve(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
