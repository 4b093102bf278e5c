"""Submissions that look for what they should not see, and print whatever they find.

They work as well as the reference, so they keep their points. None of `SECRETS`
may stand in an executed notebook or in a grade, and nothing that begins with
`PLANTED` and goes on: a test puts such words wherever a secret may lie.
"""

from __future__ import annotations

from tests.kit.submissions import Submission, after, answer, first, several

PLANTED = "PLANTED-"

SECRETS = [
    # lines of the hidden tests
    "agree(student.softmax.unchanged(z=z), reference.softmax(z))",
    "from tests.hidden.next_token.strategies import",
    'ensure(bool(np.all(np.diff(p[np.argsort(z)]) > 0)), "mehr Logit, mehr Wahrscheinlichkeit")',
    # lines of the reference that the notebook does not have
    "T divides the logits as temperature divides the energy in a Boltzmann",
    "def sampled_deviation(T: float, n: int, rng: np.random.Generator) -> float:",
    # the gradebook
    "CREATE TABLE submitted_assignment",
]

WALKS_DISK = """
import os
found = []
for folder, folders, names in os.walk("/"):
    if folder in ("/proc", "/usr", "/sys"):
        folders.clear()
    for name in names:
        wanted = ("softmax", "next_token", "gradebook", "solution", "conftest", ".ipynb")
        if "site-packages" not in folder and any(word in name.lower() for word in wanted):
            path = os.path.join(folder, name)
            try:
                found.append(path + open(path, errors="replace").read(2000))
            except OSError as error:
                found.append(f"{path} {error}")
print("\\n".join(found))
"""

OTHER_PEOPLE = """
import glob, os
places = ["/home/*", "/opt/*", "/data/*", "/srv/*", "/mnt/*", "/var/*", "/etc/*", "/run/*",
          "/tmp/*", "~/*", "../*", "../../*", "/submitted/*", "/proc/1/cwd/*", "/proc/1/root/*"]
for place in places:
    print(place, glob.glob(os.path.expanduser(place))[:50])
for name in ("/etc/shadow", "/etc/passwd", "/proc/1/root/etc/shadow", "../gradebook.db"):
    try:
        print(name, open(name, errors="replace").read(500))
    except OSError as error:
        print(error)
"""

READS_ENVIRONMENT = """
import os
print(dict(os.environ))
for pid in sorted(filter(str.isdigit, os.listdir("/proc"))):
    try:
        print(pid, open(f"/proc/{pid}/environ", errors="replace").read(5000))
    except OSError as error:
        print(pid, error)
"""

READS_PROCESSES = """
import os
for pid in sorted(filter(str.isdigit, os.listdir("/proc"))):
    for name in ("status", "maps", "stack", "limits"):
        try:
            print(pid, name, open(f"/proc/{pid}/{name}", errors="replace").read(1000))
        except OSError as error:
            print(pid, name, error)
    for name in ("cwd", "root", "exe"):
        try:
            print(pid, name, os.readlink(f"/proc/{pid}/{name}"))
        except OSError as error:
            print(pid, name, error)
"""

READS_MEMORY = """
import os, re
for pid in ("1", "self"):
    try:
        areas = [line.split() for line in open(f"/proc/{pid}/maps")]
        memory = open(f"/proc/{pid}/mem", "rb", 0)
    except OSError as error:
        print(pid, error)
        continue
    shown = set()
    for area in areas:
        start, end = (int(part, 16) for part in area[0].split("-"))
        if "rw" not in area[1] or end - start > 1 << 24:
            continue
        try:
            memory.seek(start)
            content = memory.read(end - start)
        except (OSError, ValueError):
            continue
        shown.update(re.findall(rb"(?:def test_|reference[.]|PLANTED-).{0,200}", content))
    print(pid, sorted(shown)[:50])
"""

WALKS_GARBAGE = """
import gc, sys
for thing in gc.get_objects():
    if isinstance(thing, dict | list | tuple):
        held = thing.values() if isinstance(thing, dict) else thing
        print([text for text in list(held) if isinstance(text, str) and "PLANTED-" in text])
print([name for name in sys.modules if "test" in name or "hidden" in name or "solution" in name])
for thing in gc.get_objects():
    try:
        if callable(thing) and getattr(thing, "__module__", "").startswith(("tests.", "solutions")):
            print(thing, thing.__code__.co_consts)
        if isinstance(thing, dict) and ("reference" in thing or "laws" in thing):
            print(list(thing.items())[:20])
    except Exception as error:
        print(type(error))
"""

WALKS_FRAMES = """
import sys, traceback
for number, frame in sys._current_frames().items():
    while frame is not None:
        print(number, frame.f_code.co_filename, frame.f_lineno, sorted(frame.f_locals)[:40])
        print("".join(traceback.format_stack(frame, 1)))
        frame = frame.f_back
"""

TELLS_IN_ERRORS = """
def deviation(p, rel):
    import sys
    frame, seen = sys._getframe(1), []
    while frame is not None:
        seen.append(f"{frame.f_code.co_filename}:{frame.f_lineno} {frame.f_locals!r}")
        frame = frame.f_back
    raise ValueError("\\n".join(seen))
"""

TELLS_IN_VALUES = """
def prob_not(tokens, p, token):
    import os, sys
    return [sys.argv, dict(os.environ), os.listdir("/proc/self/fd"), sorted(sys.modules),
            sys._getframe(1).f_locals["request"], open("/proc/1/cmdline").read()]
"""

IMPORTS_COURSE = """
import importlib, inspect
names = ["tests", "tests.hidden", "tests.hidden.next_token.test_softmax", "solutions",
         "solutions.next_token", "nbgrader_config", "autograder.grading.process",
         "autograder.judge.plugin", "autograder.guest", "autograder.guest.wire",
         "autograder.course.folder"]
for name in names:
    try:
        module = importlib.import_module(name)
        print(name, module.__spec__, sorted(vars(module)))
    except ImportError as error:
        print(name, error)
    else:
        if not name.startswith("autograder"):
            print(inspect.getsource(module))
"""

INSTALLED = """
import glob, importlib.metadata, os, site, sys
print(sys.path, site.getsitepackages())
for package in importlib.metadata.distributions():
    for file in package.files or ():
        if file.parts[0] in ("tests", "solutions", "source", "release") or "hidden" in file.parts:
            print(package.name, file)
    if package.name in ("autograder", "nbgrader"):
        print(package.name, package.read_text("direct_url.json"), package.read_text("RECORD"))
for folder in site.getsitepackages():
    for path in glob.glob(folder + "/*.pth") + glob.glob(folder + "/*.egg-link"):
        print(path, open(path).read(500))
    print([name for name in os.listdir(folder) if "autograder" in name])
"""

ASKS_NETWORK = """
import os, socket
print(socket.if_nameindex(), socket.gethostname())
for address in [("127.0.0.1", 22), ("127.0.0.1", 8888), ("10.0.0.1", 80), ("192.0.2.1", 443)]:
    with socket.socket() as tried:
        tried.settimeout(0.5)
        try:
            tried.connect(address)
            print(address, tried.recv(100))
        except OSError as error:
            print(address, error)
try:
    print(socket.getaddrinfo("example.org", 80))
except OSError as error:
    print(error)
for name in ("unix", "tcp", "route"):
    print(open(f"/proc/net/{name}").read(2000))
for path in ("/var/run/docker.sock", "/run/dbus/system_bus_socket", "/tmp/.X11-unix/X0"):
    with socket.socket(socket.AF_UNIX) as tried:
        try:
            tried.connect(path)
            print(path, "answers")
        except OSError as error:
            print(path, error)
"""

LISTENS = """
import os, socket, stat
for number in range(64):
    try:
        kind = os.fstat(number).st_mode
    except OSError:
        continue
    print(number, os.readlink(f"/proc/self/fd/{number}"), oct(kind))
    if stat.S_ISSOCK(kind):
        try:
            heard = socket.socket(fileno=os.dup(number))
            print(heard.getsockname(), heard.family, heard.type)
            print(heard.recv(4096, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except OSError as error:
            print(error)
        finally:
            heard.close()
"""

ASKS_PARENT = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for pid in (1, os.getppid()):
    buffer = ctypes.create_string_buffer(4096)
    print(pid, libc.ptrace(16, pid, None, None), os.strerror(ctypes.get_errno()))
    libc.ptrace(17, pid, None, None)
for name in ("setns", "unshare"):
    print(name, getattr(libc, name)(0, 0x10000000), os.strerror(ctypes.get_errno()))
for name in ("mount", "chroot", "pivot_root"):
    call = getattr(libc, name, None)
    print(name, call and call(b"/proc", b"/tmp", b"proc", 0, None))
print(libc.kill(-1, 0), os.strerror(ctypes.get_errno()))
"""

ASKS_SYSTEM = """
import os, subprocess
for command in ("ps aux", "mount | cut -d' ' -f1-3", "dmesg", "ls -la / /home /tmp /run", "id",
                "ls /sys /boot /var/lib", "find / -name '*.db' -not -path '/usr/*'", "sudo -n ls",
                "crontab -l", "su -c ls", "python3 -m nbgrader --version"):
    run = subprocess.run(command, shell=True, capture_output=True, text=True, errors="replace")
    print("$", command, "\\n", run.stdout[:3000], run.stderr[:500])
for name in ("/proc/keys", "/proc/sysvipc/shm", "/dev/kmsg", "/proc/kcore", "/proc/sched_debug"):
    try:
        with open(name, "rb", 0) as opened:
            os.set_blocking(opened.fileno(), False)
            print(name, opened.read(300))
    except OSError as error:
        print(name, error)
"""

READS_HISTORY = """
import json, pathlib
ip = get_ipython()
print(In, Out.keys(), ip.kernel.get_parent(), ip.kernel.session.session)
print(ip.history_manager.db, list(ip.history_manager.get_tail(50)), ip.profile_dir.location)
for path in pathlib.Path.home().rglob("*"):
    if path.is_file() and path.suffix in (".py", ".ipynb", ".sqlite", ".json"):
        print(path, path.read_bytes()[:300])
print(open("/kit/connection.json").read())
"""

WATCHES = """
import pathlib, threading, time
def watch():
    # still there while the tests call the functions
    while True:
        for path in ("/tmp", "/dev/shm", "/run/kernel", "/kit", "/home/student"):
            for file in pathlib.Path(path).rglob("*.py"):
                print(file, file.read_text())
        time.sleep(0.2)
threading.Thread(target=watch, daemon=True).start()
"""

TRACES = """
import sys, threading
def spy(frame, event, argument):
    name = frame.f_code.co_filename
    if "hidden" in name or "solution" in name or "/kit/" in name:
        print(name, frame.f_lineno, frame.f_code.co_name)
sys.setprofile(spy)
threading.setprofile(spy)
"""

SEARCHES = """
import os, re
from pathlib import Path
def search(path):
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb", 0) as file:
        content = file.read(1 << 22) or b""
    return re.findall(rb".{0,40}PLANTED-.{0,80}", content)
def everything(*roots):
    for root in roots:
        for folder, folders, names in os.walk(root, followlinks=False):
            folders[:] = [n for n in folders if n not in ("usr", "sys", "site-packages", "task")]
            yield from (os.path.join(folder, name) for name in names)
def searched(*roots):
    found = {}
    for path in everything(*roots):
        try:
            if os.path.isfile(path) and (hits := search(path)):
                found[path] = hits
        except (OSError, ValueError):
            pass
    return found
"""

SEARCHES_DISK = (
    SEARCHES
    + """
for root in ("/home", "/root", "/tmp", "/etc", "/kit", "/run", "/var", "/srv", "/mnt", "/dev/shm"):
    print(searched(root))
up = [Path.cwd(), *Path.cwd().parents, Path("/proc/1/cwd"), Path("/proc/1/root")]
print([list(place.glob("*"))[:30] for place in up])
print({name: value for name, value in os.environ.items() if "PLANTED-" in value})
"""
)

SEARCHES_PROC = (
    SEARCHES
    + """
for pid in filter(str.isdigit, os.listdir("/proc")):
    print(searched(f"/proc/{pid}/fd", f"/proc/{pid}/cwd/", f"/proc/{pid}/root/home/"))
    for name in ("environ", "cmdline", "maps", "mountinfo", "auxv"):
        try:
            print(search(f"/proc/{pid}/{name}"))
        except OSError as error:
            print(pid, name, error)
for descriptor in range(64):
    try:
        print(search(f"/proc/self/fd/{descriptor}"))
    except OSError as error:
        print(descriptor, error)
"""
)

READS_GRADEBOOK = """
import os, sqlite3
from pathlib import Path
names = ("gradebook.db", "nbgrader.db", ".local/share/jupyter/nbsignatures.db")
folders = [Path.cwd(), *Path.cwd().parents, Path.home(), Path("/proc/1/cwd"), Path("/srv")]
for folder in folders:
    for name in names:
        for place in (folder / name, folder / "course" / name, folder.parent / name):
            try:
                book = sqlite3.connect(f"file:{place}?mode=ro", uri=True)
                print(place, book.execute("select * from student").fetchall())
            except sqlite3.Error as error:
                print(place, error)
try:
    from nbgrader.api import Gradebook
    for place in folders:
        with Gradebook(f"sqlite:///{place}/gradebook.db") as book:
            print([(student.id, student.last_name) for student in book.students])
except Exception as error:
    print(type(error), error)
for folder in ("../..", "../../..", "submitted", "../submitted", "autograded", "feedback"):
    for path in Path(folder).glob("*/next_token/*"):
        print(path, path.read_bytes()[:5000])
"""

TELLS_WHAT_IT_FOUND = (
    SEARCHES
    + """
import gc, sys
def prob_not(tokens, p, token):
    frame, seen = sys._getframe(), [searched("/proc/self", "/tmp", "/home", "/kit")]
    while frame is not None:
        seen.append(repr(frame.f_locals))
        frame = frame.f_back
    texts = [text for text in gc.get_objects() if isinstance(text, list | dict)]
    seen += [repr(text) for text in texts if "PLANTED-" in repr(text)[:10_000]][:20]
    raise KeyError(str([text for text in map(str, seen) if "PLANTED-" in text]))
"""
)

SPYING = [
    Submission("walks-disk", "reads whatever looks like a test or solution", first(WALKS_DISK)),
    Submission("other-people", "looks for other submissions and homes", first(OTHER_PEOPLE)),
    Submission("reads-environment", "prints every environment it sees", first(READS_ENVIRONMENT)),
    Submission("reads-processes", "prints what /proc tells of processes", first(READS_PROCESSES)),
    Submission("reads-memory", "searches memory for tests", after("top_k_choice", READS_MEMORY)),
    Submission("walks-garbage", "searches all objects", after("top_k_choice", WALKS_GARBAGE)),
    Submission("walks-frames", "searches all frames", after("softmax", WALKS_FRAMES)),
    Submission(
        "tells-in-errors",
        "raises what its callers hold, for the feedback to show",
        answer("deviation", TELLS_IN_ERRORS),
        {"deviation": "all"},
    ),
    Submission(
        "tells-in-values",
        "returns what it finds, for the feedback to show",
        answer("prob_not", TELLS_IN_VALUES),
        {"prob_not": "all"},
    ),
    Submission("imports-course", "imports tests and solutions", first(IMPORTS_COURSE)),
    Submission("installed", "searches the installed packages", first(INSTALLED)),
    Submission("asks-network", "looks for anybody who answers", first(ASKS_NETWORK)),
    Submission("listens", "peeks into every open socket", after("entropy", LISTENS)),
    Submission("asks-parent", "debugs its parent and leaves its namespace", first(ASKS_PARENT)),
    Submission("asks-system", "asks the system's own commands", first(ASKS_SYSTEM)),
    Submission("reads-history", "reads the kernel's files", after("top_k_choice", READS_HISTORY)),
    Submission(
        "watches",
        "waits for a test to appear in a folder, and traces every call",
        several(first(WATCHES), first(TRACES)),
    ),
    Submission("searches-disk", "searches all files for secrets", first(SEARCHES_DISK)),
    Submission(
        "searches-proc",
        "searches all that processes show for secrets",
        after("top_k_choice", SEARCHES_PROC),
    ),
    Submission("reads-gradebook", "opens gradebook and submissions", first(READS_GRADEBOOK)),
    Submission(
        "tells-what-it-found",
        "searches while it is tested, and tells in its error",
        answer("prob_not", TELLS_WHAT_IT_FOUND),
        {"prob_not": "all"},
    ),
]
