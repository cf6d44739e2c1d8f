"""Runs one server and ends it with its owner.

The first line of standard input is the order, as JSON; every later line names a signal for the
server. The end of standard input means that the owner is done or dead: the server is told to
stop, killed when it does not obey, and its directory is removed. The first line of standard
output is the server's process id; the exit status is the server's own.
"""

import ctypes
import json
import os
import resource
import select
import shutil
import signal
import sys
import time

PR_SET_PDEATHSIG = 1


def become_server(order, guard):
    os.setsid()
    os.chdir(order["directory"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    log = order["log"] and os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    if order["account"]:
        uid, gid = order["account"]
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        # Covers the guard's own death. A change of user clears it, so it comes after that.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != guard:
            os._exit(1)
    os.write(1, b"%d\n" % os.getpid())
    if log:
        os.dup2(log, 1)
        os.dup2(log, 2)
    # Python ignores it, and an ignored signal stays ignored in the server.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    env = os.environ if order["env"] is None else order["env"]
    os.execve(order["argv"][0], order["argv"], env)


def watch(server, order, child_ended):
    """Returns the server's wait status and whether the owner is gone."""
    deadline = None
    while True:
        pid, status = os.waitpid(server, os.WNOHANG)
        if pid:
            return status, deadline is not None
        if deadline is None:
            sources, patience = [0, child_ended], None
        else:
            sources, patience = [child_ended], max(0.0, deadline - time.monotonic())
        ready, _, _ = select.select(sources, [], [], patience)
        if child_ended in ready:
            os.read(child_ended, 64)
        if 0 in ready:
            names = os.read(0, 256).decode().split()
            for name in names:
                send(server, name)
            if not names:
                deadline = time.monotonic() + order["grace"]
                send(server, order["last_signal"])
        if not ready:
            send(server, "KILL")


def send(server, name):
    if name == "KILL":
        try:
            os.killpg(server, signal.SIGKILL)
        except OSError:
            os.kill(server, signal.SIGKILL)
    else:
        os.kill(server, signal.Signals["SIG" + name])


def main():
    # A Ctrl-C in the terminal is the owner's business.
    os.setsid()
    order = json.loads(sys.stdin.readline())
    if not os.access(order["argv"][0], os.X_OK):
        sys.exit("%s is not there or cannot be run" % order["argv"][0])
    child_ended, wakeup = os.pipe()
    os.set_blocking(wakeup, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakeup)

    guard = os.getpid()
    server = os.fork()
    if server == 0:
        try:
            become_server(order, guard)
        except OSError as error:
            sys.stderr.write("%s: %s\n" % (order["argv"][0], error))
            sys.stderr.flush()
            os._exit(127)

    status, orphaned = watch(server, order, child_ended)
    try:
        os.killpg(server, signal.SIGKILL)
    except OSError:
        pass
    if orphaned and order["remove"]:
        shutil.rmtree(order["remove"], ignore_errors=True)
    if os.WIFSIGNALED(status):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if os.WTERMSIG(status) != signal.SIGKILL:
            signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(guard, os.WTERMSIG(status))
    sys.exit(os.WEXITSTATUS(status))


main()
