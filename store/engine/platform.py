"""Every difference between operating systems, in one place.

Linux is complete. macOS lacks leases (so ``--move`` can't see writers) and gets ``F_FULLFSYNC``.
Elsewhere the module imports, and what needs POSIX locks says so when it is used.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import mmap
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator

try:
    import fcntl
except ImportError:  # not POSIX
    fcntl = None  # type: ignore[assignment]

_MADV_POPULATE_READ = 22  # linux/mman.h, since Linux 5.14
_FICLONE = 0x40049409  # linux/fs.h: _IOW(0x94, 9, int)
_NO_REFLINK = {
    errno.EPERM,
    errno.ENOTSUP,
    errno.EOPNOTSUPP,
    errno.EXDEV,
    errno.ENOTTY,
    errno.ENOSYS,
    errno.EINVAL,
}
_NO_ID = 2**32 - 1  # chown(2): "leave as it is"
_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afpfs", "ncpfs", "lustre", "ceph", "beegfs"}


def sync_fd(fd: int) -> None:
    """Flush a file or directory to the disk itself, drive cache included where the system can.

    Raises:
        OSError: the flush failed; what was written since the last good flush may be lost, and a second
            try would report success without writing it (fsyncgate). Never retry.
    """
    if sys.platform == "darwin":
        fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
    else:
        os.fsync(fd)


def clone(source: int, target: int) -> bool:
    """Make ``target`` share ``source``'s extents (a reflink). False where the file system can't."""
    if fcntl is None or not sys.platform.startswith("linux"):
        return False
    try:
        fcntl.ioctl(target, _FICLONE, source)
    except OSError as error:
        if error.errno in _NO_REFLINK:
            return False
        raise
    return True


def forget_pages(fd: int) -> None:
    """Tell the kernel that a flushed file's pages needn't stay cached: a trainer's data does."""
    if hasattr(os, "posix_fadvise"):
        with contextlib.suppress(OSError):  # advice only: a file system that won't take it loses nothing
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)


def begin_writeback(fd: int, offset: int, length: int) -> None:
    """Start writing a range to disk without waiting; a later flush then has little left to do.

    Linux begins writeback of dirty pages it is told are no longer needed. Elsewhere nothing happens.
    """
    if hasattr(os, "posix_fadvise"):
        with contextlib.suppress(OSError):
            os.posix_fadvise(fd, offset, length, os.POSIX_FADV_DONTNEED)


def read_ahead(fd: int) -> None:
    """Tell the kernel that a file will be read once, from start to end."""
    if hasattr(os, "posix_fadvise"):
        with contextlib.suppress(OSError):
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_SEQUENTIAL)


def is_written_elsewhere(fd: int) -> bool:
    """Whether another open file description may write this file (``fd`` itself is open for reading).

    Linux answers through a read lease. Where leases don't work (other systems, network file systems,
    files of others) the answer is False.
    """
    if fcntl is None or not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False


@contextlib.contextmanager
def held_still(fd: int) -> Iterator[Callable[[], bool] | None]:
    """Hold a regular file, open for reading only, so that it can be mapped without fear of SIGBUS.

    Under a read lease (fcntl(2)) another process that opens the file for writing, or truncates it, waits until the
    lease is given back, at most 45 seconds. Yields a function that says whether no one waits: ask it often, and
    leave when it says no. Yields None where there is no lease to be had: it is open for writing, it belongs to
    someone else, or the file system or the system has none.
    """
    if fcntl is None or not hasattr(fcntl, "F_SETLEASE"):
        yield None
        return
    try:
        fcntl.fcntl(fd, fcntl.F_SETSIG, signal.SIGURG)  # which is ignored; the default, SIGIO, would kill
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError:
        yield None
        return
    try:
        yield lambda: fcntl.fcntl(fd, fcntl.F_GETLEASE) == fcntl.F_RDLCK
    finally:
        with contextlib.suppress(OSError):  # broken by force after 45 seconds: nothing left to give back
            fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)


def populate(window: mmap.mmap) -> bool:
    """Read all of a mapping in. False when that failed or can't be asked for: then it may not be touched.

    A bad sector is an error here; touched, it would be a SIGBUS.
    """
    try:
        window.madvise(_MADV_POPULATE_READ)
    except (OSError, ValueError):
        return False
    return True


def lock(fd: int) -> bool:
    """Take the exclusive ``flock`` on an open file. False when another holds it."""
    if fcntl is None:
        raise OSError(errno.ENOSYS, "this system has no file locks; mvtui writes on Linux and macOS")
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        raise
    return True


def unlock(fd: int) -> None:
    """Give the ``flock`` back for all who share it: closing would leave it with a child forked meanwhile."""
    if fcntl is not None:
        fcntl.flock(fd, fcntl.LOCK_UN)


@contextlib.contextmanager
def no_suspend() -> Iterator[None]:
    """Let ctrl-z wait: a suspended process would keep the lock for hours.

    In the main thread, and where the program has not taken SIGTSTP into its own hands; elsewhere nothing is done.
    """
    if (
        not hasattr(signal, "SIGTSTP")
        or threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGTSTP) is not signal.SIG_DFL
    ):
        yield
        return
    asked = False

    def later(_number: int, _frame: object) -> None:
        nonlocal asked
        asked = True

    # A handler, not a mask: masks are a thread's, and the kernel would stop the process through another thread.
    signal.signal(signal.SIGTSTP, later)
    try:
        yield
    finally:
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        if asked:
            os.kill(os.getpid(), signal.SIGTSTP)


def user_name(uid: int | None = None) -> str:
    """The account's name for a uid (default: this process's), or the uid in digits. Never ``$USER``."""
    number = uid if uid is not None else os.getuid() if hasattr(os, "getuid") else 0
    try:
        return _account_name(number)
    except (ImportError, KeyError):
        return str(number)


@functools.lru_cache
def _account_name(uid: int) -> str:
    # Once a process: a directory service may take long, and is asked at every change. What isn't known is asked again.
    import pwd

    return pwd.getpwuid(uid).pw_name


def is_member(user: str, group: str) -> bool:
    """Whether an account belongs to a Unix group, as its first or another one. False when either is not known here."""
    try:
        import grp
        import pwd

        entry = grp.getgrnam(group)
        if user in entry.gr_mem:
            return True
        return entry.gr_gid in os.getgrouplist(user, pwd.getpwnam(user).pw_gid)
    except (ImportError, KeyError):
        return False


def is_account(user: str) -> bool:
    """Whether there is an account of that name on this machine; True where that can't be told."""
    try:
        import pwd
    except ImportError:
        return True
    try:
        pwd.getpwnam(user)
    except (KeyError, ValueError):  # ValueError: NUL, or letters of no encoding
        return False
    return True


def is_group(group: str) -> bool:
    """Whether there is a Unix group of that name on this machine; True where that can't be told."""
    try:
        import grp
    except ImportError:
        return True
    try:
        grp.getgrnam(group)
    except (KeyError, ValueError):
        return False
    return True


def group_id(group: str | int) -> int:
    """Return the ID of a Unix group, given by name or by ID, which need not have a name.

    Raises:
        KeyError: there is no group of that name, or this system has none.
    """
    with contextlib.suppress(
        ImportError, KeyError, ValueError
    ):  # NUL, or letters of no encoding, name no group
        import grp

        return grp.getgrnam(str(group)).gr_gid
    if str(group).isascii() and str(group).isdigit() and 0 <= int(group) < _NO_ID:
        return int(group)
    raise KeyError(group)


def group_name(group: int) -> str:
    """Return the name of a Unix group, or its ID in digits."""
    try:
        import grp

        return grp.getgrgid(group).gr_name
    except (ImportError, KeyError):
        return str(group)


def group_members(group: int) -> tuple[str, ...]:
    """Return the users listed in a Unix group; those whose first group it is are not listed."""
    try:
        import grp

        return tuple(grp.getgrgid(group).gr_mem)
    except (ImportError, KeyError):
        return ()


def is_mine(group: int) -> bool:
    """Whether this process is of a Unix group."""
    return hasattr(os, "getgroups") and (group == os.getegid() or group in os.getgroups())


def is_root() -> bool:
    """Whether modes don't bind this process."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def host_name() -> str:
    """This machine's name, without its domain."""
    return os.uname().nodename.partition(".")[0] if hasattr(os, "uname") else ""


def file_system_of(path: str) -> str:
    """The type of the file system that holds an existing path (``ext4``, ``nfs4``…), or ``unknown``."""
    best, found = "", "unknown"
    real = os.path.realpath(path)
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as mounts:
            for line in mounts:
                left, _, right = line.partition(" - ")
                point = left.split()[4].replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
                inside = real == point or real.startswith(point.rstrip("/") + "/")
                if inside and len(point) >= len(best):
                    best, found = point, right.split()[0]
    except (OSError, IndexError):
        return "unknown"
    return found


def is_network(file_system: str) -> bool:
    """Whether a file system type is shared between machines, so that locks may not reach all writers."""
    return file_system in _NETWORK or file_system.startswith("fuse.")
