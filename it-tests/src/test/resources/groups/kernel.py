#!/usr/bin/env python3
"""The kernel as a host with groups: what it reports on its link when a program does as the script says.

Usage: kernel.py DEVICE WIRE < script

DEVICE is the host's end of a veth pair, WIRE the other end, both in this network namespace. Each line
of the script is one step; for each the reports that came within the time are printed on one line, in the
form of GroupTester, only those about 239.0.0.0/8 and ff05::1:0/112.
"""
import select
import socket
import struct
import sys
import time

DEVICE, WIRE = sys.argv[1], sys.argv[2]
INDEX = socket.if_nametoindex(DEVICE)
RECORDS = ["?", "IS_IN", "IS_EX", "TO_IN", "TO_EX", "ALLOW", "BLOCK"]
MCAST_JOIN_GROUP, MCAST_BLOCK_SOURCE, MCAST_UNBLOCK_SOURCE = 42, 43, 44
MCAST_LEAVE_GROUP, MCAST_JOIN_SOURCE_GROUP, MCAST_LEAVE_SOURCE_GROUP = 45, 46, 47

wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
wire.bind((WIRE, 0))
sockets = {}


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def storage(address):
    f = family(address)
    raw = socket.inet_pton(f, address)
    body = struct.pack("=HH", f, 0) + (raw if f == socket.AF_INET else struct.pack("=I", 0) + raw)
    return body.ljust(128, b"\0")


def program(name, group):
    key = (name, family(group))
    if key not in sockets:
        sockets[key] = socket.socket(family(group), socket.SOCK_DGRAM)
    return sockets[key]


def option(name, number, group, source=None):
    level = 41 if ":" in group else 0
    value = struct.pack("=I4x", INDEX) + storage(group) + (storage(source) if source else b"")
    program(name, group).setsockopt(level, number, value)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def query4(version, code, group, sources):
    body = struct.pack("!BBH", 0x11, code, 0) + socket.inet_aton(group)
    if version == 3:
        body += struct.pack("!BBH", 2, 125, len(sources)) + b"".join(map(socket.inet_aton, sources))
    body = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
    to = "224.0.0.1" if group == "0.0.0.0" else group
    head = struct.pack("!BBHHHBBH", 0x46, 0xC0, 24 + len(body), 0, 0, 1, 2, 0)
    head += socket.inet_aton("10.0.2.15") + socket.inet_aton(to) + b"\x94\x04\0\0"
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    mac = b"\x01\0\x5e" + bytes([socket.inet_aton(to)[1] & 0x7F]) + socket.inet_aton(to)[2:]
    return mac + b"\x52\x54\0\0\0\x01" + b"\x08\0" + head + body


def query6(version, code, group, sources):
    packed = [socket.inet_pton(socket.AF_INET6, a) for a in sources]
    body = struct.pack("!BBHHH", 130, 0, 0, code, 0) + socket.inet_pton(socket.AF_INET6, group)
    if version == 2:
        body += struct.pack("!BBH", 2, 125, len(packed)) + b"".join(packed)
    source = socket.inet_pton(socket.AF_INET6, "fe80::5054:ff:fe00:1")
    to = socket.inet_pton(socket.AF_INET6, "ff02::1" if group == "::" else group)
    total = checksum(source + to + struct.pack("!II", len(body), 58) + body)
    body = body[:2] + struct.pack("!H", total) + body[4:]
    head = struct.pack("!IHBB", 6 << 28, 8 + len(body), 0, 1) + source + to
    return (b"\x33\x33" + to[12:] + b"\x52\x54\0\0\0\x01" + b"\x86\xdd" + head
            + bytes.fromhex("3a00050200000100") + body)


def address(raw):
    return socket.inet_ntop(socket.AF_INET if len(raw) == 4 else socket.AF_INET6, raw)


def ours(group):
    return group.startswith("239.") or group.startswith("ff05::1:")


def records(body, size):
    out, at = "", 8
    for _ in range(struct.unpack("!H", body[6:8])[0]):
        kind, count = body[at], struct.unpack("!H", body[at + 2:at + 4])[0]
        group = address(body[at + 4:at + 4 + size])
        at += 4 + size
        listed = [address(body[at + i * size:at + (i + 1) * size]) for i in range(count)]
        at += count * size
        if ours(group):
            out += " " + RECORDS[kind] + " " + group + ("{" + ",".join(listed) + "}" if listed else "")
    return out


def describe(frame):
    kind = struct.unpack("!H", frame[12:14])[0]
    if kind == 0x800 and frame[23] == 2:
        if frame[14] != 0x46 or frame[34:38] != b"\x94\x04\0\0" or frame[22] != 1:
            return "no router alert or TTL"
        to, body = address(frame[30:34]), frame[38:14 + struct.unpack("!H", frame[16:18])[0]]
        group = address(body[4:8])
        if body[0] == 0x22:
            told = records(body, 4)
            return to + " v3" + told if told else None
        word = {0x12: "v1 report", 0x16: "v2 report", 0x17: "leave"}.get(body[0])
        return to + " " + word + " " + group if word and ours(group) else None
    if kind == 0x86DD and frame[20] == 0 and frame[54] == 58:
        to, body = address(frame[38:54]), frame[62:54 + struct.unpack("!H", frame[18:20])[0]]
        if body[0] == 143:
            told = records(body, 16)
            return to + " v2" + told if told else None
        word = {131: "v1 report", 132: "done"}.get(body[0])
        group = address(body[8:24])
        return to + " " + word + " " + group if word and ours(group) else None
    return None


def listen(seconds):
    heard, end = [], time.monotonic() + seconds
    while True:
        left = end - time.monotonic()
        if left <= 0 or not select.select([wire], [], [], left)[0]:
            return heard
        frame, where = wire.recvfrom(4096)
        text = describe(frame) if where[2] != 4 else None
        if text:
            heard.append(text)


def step(words):
    verb, rest = words[0], words[1:]
    if verb == "query":
        version, code, group, sources = int(rest[0]), int(rest[1]), rest[2], rest[3:]
        build = query6 if ":" in group else query4
        wire.send(build(version, code, group, sources))
    elif verb == "close":
        for key in [k for k in sockets if k[0] == rest[0]]:
            sockets.pop(key).close()
    else:
        number = {
            "join": MCAST_JOIN_GROUP,
            "leave": MCAST_LEAVE_GROUP,
            "joinsource": MCAST_JOIN_SOURCE_GROUP,
            "leavesource": MCAST_LEAVE_SOURCE_GROUP,
            "block": MCAST_BLOCK_SOURCE,
            "unblock": MCAST_UNBLOCK_SOURCE,
        }[verb]
        option(rest[0], number, rest[1], rest[2] if len(rest) > 2 else None)


for line in sys.stdin:
    if line.strip():
        step(line.split())
        print(" | ".join(listen(2.2)), flush=True)
