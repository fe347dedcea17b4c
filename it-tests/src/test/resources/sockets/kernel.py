"""Runs the scenarios of a file on the kernel's sockets and prints what each step gave.

The language is described in SocketScript.java, which runs the same on our sockets.
"""
import ctypes
import errno
import fcntl
import select
import socket
import struct
import subprocess
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)
FAMILIES = {"inet": socket.AF_INET, "inet6": socket.AF_INET6, "unix": socket.AF_UNIX}
TYPES = {"stream": 1, "dgram": 2, "raw": 3, "seqpacket": 5, "rdm": 4}
PROTOCOLS = {"tcp": 6, "udp": 17}
FLAGS = {"oob": 1, "peek": 2, "trunc": 0x20, "waitall": 0x100, "errqueue": 0x2000, "more": 0x8000}
LEVELS = {"socket": 1, "ip": 0, "tcp": 6, "ipv6": 41}
POLL = [("IN", 1), ("PRI", 2), ("OUT", 4), ("ERR", 8), ("HUP", 16), ("RDNORM", 64),
        ("WRNORM", 256), ("WRBAND", 512), ("RDHUP", 0x2000)]
errno.errorcode[errno.EOPNOTSUPP] = "EOPNOTSUPP"

# Each scenario has ports of its own, since what the one before left may wait in TIME-WAIT.
FIRST = 5000
SPAN = 20
shift = 0
BIG = ctypes.create_string_buffer(70000)


def real(port):
    return port + shift if FIRST <= port < FIRST + SPAN else port


def number(text, table):
    return table[text] if text in table else int(text, 0)


def mask(bits):
    return "|".join(name for name, bit in POLL if bits & bit) or "0"


def scope(text):
    return socket.if_nametoindex(text)


def pack(text):
    """An address as the kernel has it: 1.2.3.4:5, [::1]:5, [fe80::1%br0]:5, unspec."""
    if text == "unspec":
        return struct.pack("=H14x", 0)
    if text.startswith("unspec/"):
        host, port = text[7:].rsplit(":", 1)
        return struct.pack("=H", 0) + struct.pack(">H", real(int(port))) + socket.inet_aton(host) + bytes(8)
    host, port = text.rsplit(":", 1)
    if host.startswith("["):
        host, _, device = host[1:-1].partition("%")
        return (struct.pack("=H", socket.AF_INET6) + struct.pack(">HI", real(int(port)), 0)
                + socket.inet_pton(socket.AF_INET6, host)
                + struct.pack("=I", scope(device) if device else 0))
    return (struct.pack("=H", socket.AF_INET) + struct.pack(">H", real(int(port)))
            + socket.inet_aton(host) + bytes(8))


def unpack(data):
    if len(data) < 2:
        return "unspec"
    family = struct.unpack("=H", data[:2])[0]
    if family == socket.AF_UNIX:
        return "unix"
    if family == socket.AF_INET:
        port = struct.unpack(">H", data[2:4])[0]
        return socket.inet_ntoa(data[4:8]) + ":" + shown(port)
    if family == socket.AF_INET6:
        port = struct.unpack(">H", data[2:4])[0]
        device = struct.unpack("=I", data[24:28])[0]
        name = "%" + socket.if_indextoname(device) if device else ""
        return "[" + socket.inet_ntop(socket.AF_INET6, data[8:24]) + name + "]:" + shown(port)
    return "unspec"


def shown(port):
    return "*" if port >= 32768 else str(port - shift if port - shift >= FIRST else port)


class Run:
    def __init__(self):
        self.sockets = {}

    def close(self):
        for fd in self.sockets.values():
            if fd >= 0:
                libc.close(fd)

    def result(self, value):
        return errno.errorcode[ctypes.get_errno()] if value < 0 else str(value)

    def name(self, fd, function):
        buffer = ctypes.create_string_buffer(128)
        length = ctypes.c_int(128)
        value = function(fd, buffer, ctypes.byref(length))
        return buffer.raw[:length.value] if value == 0 else value

    def address(self, text):
        if text.startswith("="):
            return self.name(self.sockets[text[1:]], libc.getsockname)
        return pack(text)

    def step(self, words):
        ctypes.set_errno(0)
        if len(words) > 1 and words[1] == "=":
            return getattr(self, "new_" + words[2])(words[0], words[3:])
        return getattr(self, "do_" + words[0])(*words[1:])

    def new_socket(self, name, args):
        kind = number(args[1], TYPES) | 0x800
        protocol = number(args[2], PROTOCOLS) if len(args) > 2 else 0
        fd = libc.socket(number(args[0], FAMILIES), kind, protocol)
        self.sockets[name] = fd
        return self.result(min(fd, 0))

    def new_accept(self, name, args):
        buffer = ctypes.create_string_buffer(128)
        length = ctypes.c_int(128)
        fd = libc.accept4(self.sockets[args[0]], buffer, ctypes.byref(length), 0x800)
        self.sockets[name] = fd
        return self.result(fd) if fd < 0 else unpack(buffer.raw[:length.value])

    def do_pair(self, a, b, family, kind):
        pair = (ctypes.c_int * 2)()
        value = libc.socketpair(number(family, FAMILIES), number(kind, TYPES) | 0x800, 0, pair)
        if value == 0:
            self.sockets[a], self.sockets[b] = pair
        return self.result(value)

    def do_bind(self, s, text):
        data = self.address(text)
        return self.result(libc.bind(self.sockets[s], data, len(data)))

    def do_connect(self, s, text):
        data = self.address(text)
        return self.result(libc.connect(self.sockets[s], data, len(data)))

    def do_listen(self, s, backlog):
        return self.result(libc.listen(self.sockets[s], int(backlog)))

    def do_shutdown(self, s, how):
        return self.result(libc.shutdown(self.sockets[s], {"rd": 0, "wr": 1, "rdwr": 2}.get(how, 9)))

    def do_close(self, s):
        fd = self.sockets[s]
        self.sockets[s] = -1
        return self.result(libc.close(fd))

    def flags(self, args):
        value = 0x4000
        for name in args:
            value |= number(name, FLAGS)
        return value

    def do_send(self, s, text, *flags):
        data = payload(text)
        return self.result(libc.send(self.sockets[s], data, len(data), self.flags(flags)))

    def do_sendto(self, s, text, to, *flags):
        data = payload(text)
        address = self.address(to)
        return self.result(libc.sendto(self.sockets[s], data, len(data), self.flags(flags), address,
                                       len(address)))

    def do_recv(self, s, count, *flags):
        ctypes.memset(BIG, 0, 64)
        n = libc.recv(self.sockets[s], BIG, int(count), self.flags(flags))
        if n < 0:
            return self.result(n)
        return str(n) + " " + summary(BIG.raw[:min(n, int(count))]) if n else "0"

    def do_recvfrom(self, s, count, *flags):
        buffer = ctypes.create_string_buffer(128)
        length = ctypes.c_int(128)
        n = libc.recvfrom(self.sockets[s], BIG, int(count), self.flags(flags), buffer,
                          ctypes.byref(length))
        if n < 0:
            return self.result(n)
        return (str(n) + " " + summary(BIG.raw[:min(n, int(count))]) + " from "
                + unpack(buffer.raw[:length.value]))

    def message(self, s, count, extra):
        wrapped = socket.socket(fileno=libc.dup(self.sockets[s]))
        try:
            return wrapped.recvmsg(int(count), 512, extra)
        finally:
            wrapped.close()

    def do_recvmsg(self, s, count, *flags):
        try:
            data, control, out, _ = self.message(s, count, self.flags(flags))
        except OSError as e:
            return errno.errorcode[e.errno]
        text = str(len(data)) + " " + summary(data) + (" trunc" if out & 0x20 else "") + (" oob" if out & 1 else "")
        return text + "".join(" " + c for c in sorted(self.control(c) for c in control))

    def control(self, entry):
        level, kind, data = entry
        if (level, kind) == (0, 8):
            index, spec, to = struct.unpack("=I4s4s", data[:12])
            return ("pktinfo=" + socket.if_indextoname(index) + "/" + socket.inet_ntoa(spec) + "/"
                    + socket.inet_ntoa(to))
        if (level, kind) == (41, 50):
            index = struct.unpack("=I", data[16:20])[0]
            return ("pktinfo=" + socket.if_indextoname(index) + "/"
                    + socket.inet_ntop(socket.AF_INET6, data[:16]))
        if (level, kind) in ((0, 2), (41, 52)):
            return "hops=" + str(struct.unpack("=I", data[:4])[0])
        if (level, kind) == (0, 1):
            return "class=" + str(data[0])
        if (level, kind) == (41, 67):
            return "class=" + str(struct.unpack("=I", data[:4])[0])
        if (level, kind) in ((0, 11), (41, 25)):
            number_, origin, kind_, code, _, info, _ = struct.unpack("=IBBBBII", data[:16])
            return "error=%s/%d/%d/%d/%d/%s" % (errno.errorcode[number_], origin, kind_, code, info,
                                                unpack(data[16:]) if number_ != 90 else "-")
        if level == 1 and kind in (29, 35, 63, 64):
            return "time=" + ("us" if kind in (29, 63) else "ns")
        return "cmsg=%d/%d" % (level, kind)

    def do_errqueue(self, s):
        try:
            data, control, out, name = self.message(s, 1000, 0x2000)
        except OSError as e:
            return errno.errorcode[e.errno]
        return (str(len(data)) + " " + summary(data) + " to " + name[0] + " "
                + " ".join(sorted(self.control(c) for c in control)))

    def do_fill(self, s):
        for _ in range(100000):
            if libc.send(self.sockets[s], BIG, 4096, 0x4000) < 0:
                return errno.errorcode[ctypes.get_errno()]
        return "never"

    def do_drain(self, s):
        total = 0
        while True:
            n = libc.recv(self.sockets[s], BIG, 65536, 0x4000)
            if n <= 0:
                return "0" if n == 0 else errno.errorcode[ctypes.get_errno()]
            total += n
            time.sleep(0.0005)

    def do_poll(self, s):
        poller = select.poll()
        poller.register(self.sockets[s], 0x2000 | 1 | 2 | 4 | 64 | 256 | 512)
        found = poller.poll(0)
        return mask(found[0][1]) if found else "0"

    def do_name(self, s):
        data = self.name(self.sockets[s], libc.getsockname)
        return self.result(data) if isinstance(data, int) else unpack(data)

    def do_peer(self, s):
        data = self.name(self.sockets[s], libc.getpeername)
        return self.result(data) if isinstance(data, int) else unpack(data)

    def do_set(self, s, level, option, value):
        data = struct.pack("=i", int(value, 0))
        return self.result(libc.setsockopt(self.sockets[s], number(level, LEVELS), int(option), data, 4))

    def do_setraw(self, s, level, option, value):
        data = b"" if value == "-" else bytes.fromhex(value)
        return self.result(libc.setsockopt(self.sockets[s], number(level, LEVELS), int(option), data,
                                           len(data)))

    def do_get(self, s, level, option):
        value = ctypes.c_int(0)
        length = ctypes.c_int(4)
        n = libc.getsockopt(self.sockets[s], number(level, LEVELS), int(option), ctypes.byref(value),
                            ctypes.byref(length))
        if n < 0:
            return self.result(n)
        if (level, option) == ("socket", "4"):
            return errno.errorcode[value.value] if value.value else "0"
        return str(value.value)

    def do_getraw(self, s, level, option, room):
        value = ctypes.create_string_buffer(256)
        length = ctypes.c_int(int(room))
        n = libc.getsockopt(self.sockets[s], number(level, LEVELS), int(option), value,
                            ctypes.byref(length))
        return self.result(n) if n < 0 else value.raw[:length.value].hex() or "-"

    def do_getwith(self, s, level, option, value, room):
        value = ctypes.create_string_buffer(bytes.fromhex(value), 1024)
        length = ctypes.c_int(int(room))
        n = libc.getsockopt(self.sockets[s], number(level, LEVELS), int(option), value,
                            ctypes.byref(length))
        return self.result(n) if n < 0 else value.raw[:length.value].hex() or "-"

    def do_atmark(self, s):
        value = struct.pack("=i", 0)
        return str(struct.unpack("=i", fcntl.ioctl(self.sockets[s], 0x8905, value))[0])

    def do_link(self, device, state):
        subprocess.run(["ip", "link", "set", device, state], check=True)
        return "ok"

    def do_wait(self, millis):
        time.sleep(int(millis) / 1000)
        return "ok"


def payload(text):
    if text == "-":
        return b""
    if text.startswith("*"):
        return b"x" * int(text[1:])
    return text.encode()


def summary(data):
    if len(data) > 40:
        return "*%d" % len(data)
    return data.rstrip(b"\0").decode() or "-"


run = None
for line in open(sys.argv[1], encoding="utf-8"):
    line = line.split(" !ours=")[0].strip()
    if not line or line.startswith("#"):
        continue
    if line.startswith("=="):
        if run:
            run.close()
            time.sleep(0.002)
        run = Run()
        shift += SPAN
        print(line, flush=True)
        continue
    try:
        print(line + " -> " + run.step(line.split()), flush=True)
    except Exception as e:  # a fault of the scenario, not of the kernel
        print(line + " -> FAULT " + repr(e), flush=True)
    time.sleep(0.0015)
