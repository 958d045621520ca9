"""Takes from installed packages what no service ever reads; run while an image is built.

    python3 slim.py /opt/parley

- sources of extensions and types for editors;
- of Babel all languages but those that Parley writes;
- of shared libraries what only a debugger reads: symbols, and debug data, behind the last byte that is loaded.
"""

import struct
import sys
from collections.abc import Iterator
from pathlib import Path

SOURCES = frozenset({".c", ".cc", ".cpp", ".h", ".pxd", ".pyi", ".pyx"})
LANGUAGES = ("root", "en", "de")
PT_LOAD = 1
HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
SEGMENT = struct.Struct("<IIQQQQQQ")


def main() -> int:
    folder = Path(sys.argv[1])
    for file in [*sources(folder), *locales(folder)]:
        file.unlink()
    for file in folder.rglob("*.so*"):
        file.write_bytes(loaded(file.read_bytes()))
    return 0


def sources(folder: Path) -> Iterator[Path]:
    return (file for file in folder.rglob("*") if file.suffix in SOURCES and file.is_file())


def locales(folder: Path) -> Iterator[Path]:
    """`de_AT.dat` is German too."""
    data = folder / "babel" / "locale-data"
    return (file for file in data.glob("*.dat") if file.stem.split("_")[0] not in LANGUAGES)


def loaded(library: bytes) -> bytes:
    """The library as far as it is ever loaded; what is no 64 bit ELF file stays as it is.

    The loader reads segments. Sections, which stand behind them with a table of their own, are for linkers and debuggers.
    """
    if library[:6] != b"\x7fELF\x02\x01":
        return library
    header = list(HEADER.unpack_from(library))
    first, size, count = header[5], header[9], header[10]
    segments = [SEGMENT.unpack_from(library, first + number * size) for number in range(count)]
    end = max(offset + length for _, _, offset, _, _, length, _, _ in segments)
    if not any(kind == PT_LOAD for kind, *_ in segments):
        return library
    header[6] = 0  # where the table of sections is
    header[12] = header[13] = 0  # how many, and which names them
    return HEADER.pack(*header) + library[HEADER.size : end]


if __name__ == "__main__":
    sys.exit(main())
