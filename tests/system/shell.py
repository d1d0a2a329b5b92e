# SPDX-License-Identifier: GPL-2.0-only
"""Connect this terminal to the console of a machine that was kept up.
Ctrl-] leaves."""
import os
import select
import socket
import sys
import termios
import tty


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: shell.py SOCKET (make run KEEP=1 prints it)")
    s = socket.socket(socket.AF_UNIX)
    try:
        s.connect(sys.argv[1])
    except OSError as e:
        sys.exit(f"shell: no machine answers at {sys.argv[1]}: {e.strerror}\nNext: make run KEEP=1")
    fd = sys.stdin.fileno()
    old = termios.tcgetattr(fd)
    tty.setraw(fd)
    try:
        s.sendall(b"\r")
        while True:
            for r in select.select([s, fd], [], [])[0]:
                data = os.read(r if r == fd else s.fileno(), 4096)
                if not data or (r == fd and b"\x1d" in data):
                    return
                if r == fd:
                    for b in data:                # Xen's console drops bursts
                        s.sendall(bytes([b]))
                else:
                    os.write(sys.stdout.fileno(), data)
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, old)


if __name__ == "__main__":
    main()
