"""Show folders of this machine in a sandbox without their names.

How it works: /proc/self/mountinfo tells which folder of the machine lies behind a bind
mount. So bwrap is started in a mount namespace of its own, in which each folder is the
lower layer of a read-only overlay; what is bound is the overlay, whose entry names
nothing. Where a machine has no such overlays the folder itself is bound, and where it
lets no other program than bwrap make namespaces, bwrap starts without this one.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

# an overlay needs a second layer: an empty folder, by a descriptor that no other command has
SCRIPT = """
empty=$1
shift
while [ "$1" != -- ]; do
    (cd "$1" && exec mount -t overlay overlay -o ro,lowerdir=.:/proc/self/fd/9 "$2") \\
        9<"$empty" 2>/dev/null || mount --bind "$1" "$2"
    shift 2
done
shift
exec "$@"
"""


def nameless(command: list[str], shown: Mapping[Path, Path], empty: Path) -> list[str]:
    """The command in a mount namespace in which each folder is shown at another one.

    `shown` says where; `empty` is an empty folder. Needs `possible()`.
    """
    pairs = [str(path) for pair in shown.items() for path in pair]
    return [*namespace(), "sh", "-ec", SCRIPT, "sh", str(empty), *pairs, "--", *command]


@cache
def possible() -> bool:
    """Whether this machine lets us make a mount namespace."""
    if shutil.which("unshare") is None:
        return False
    done = subprocess.run([*namespace(), "true"], capture_output=True, check=False)  # noqa: S603 -- ours, no shell
    return done.returncode == 0


def namespace() -> list[str]:
    """The command that runs another one in a namespace."""
    return [shutil.which("unshare") or "unshare", "--user", "--map-root-user", "--mount", "--"]
