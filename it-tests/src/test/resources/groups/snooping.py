#!/usr/bin/env python3
"""The kernel's bridge with four ports, and where it sends what comes in, as the script says.

Usage: snooping.py < script

In this network namespace, which must be empty. Each line of the script is one step; for each the packets that
came out are printed on one line, those of messages that follow by themselves (queries, and so on) left out.
"""
import select
import socket
import struct
import subprocess
import sys
import time


def sh(command):
    subprocess.check_call(command.split())


sh("sysctl -qw net.ipv6.conf.default.disable_ipv6=1")
sh("ip link add br0 address 02:00:00:00:00:0b type bridge")
for i in range(1, 5):
    sh(f"ip link add g{i} type veth peer name p{i}")
    sh(f"ip link set p{i} master br0")
    sh(f"ip link set p{i} up")
    sh(f"ip link set g{i} up")
sh("ip link set br0 up")
time.sleep(1.5)
sockets = {}
for name in ["g1", "g2", "g3", "g4", "br0"]:
    sockets[name] = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    sockets[name].bind((name, 0))


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def frame(source, destination, protocol, body, station):
    head = struct.pack(">HHHHBBH", 0x4500, 20 + len(body), 7, 0, 1, protocol, 0)
    head += socket.inet_aton(source) + socket.inet_aton(destination)
    head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
    group = socket.inet_aton(destination)
    mac = bytes([1, 0, 0x5E, group[1] & 0x7F, group[2], group[3]])
    return mac + station + b"\x08\0" + head + body


def send(port, source, destination, protocol, body):
    station = bytes([2, 0, 0, 0, 0xA0, port])
    sockets["g%d" % port].send(frame(source, destination, protocol, body, station))


def whole(body):
    return body[:2] + struct.pack(">H", checksum(body[:2] + b"\0\0" + body[4:])) + body[4:]


def igmp(port, source, destination, body):
    send(port, source, destination, 2, whole(body))


def igmp2(kind, code, group):
    return struct.pack(">BBH", kind, code, 0) + socket.inet_aton(group)


def out(wait):
    """What came out within so many seconds, queries left out: they come when they come."""
    time.sleep(wait)
    seen = []
    for name, end in sockets.items():
        while select.select([end], [], [], 0)[0]:
            data, address = end.recvfrom(3000)
            if address[2] == socket.PACKET_OUTGOING or data[12:14] != b"\x08\0":
                continue
            at = 14 + (data[14] & 15) * 4
            message = data[23] == 2
            if message and (data[at] == 0x11 or data[26:30] == b"\0\0\0\0"):
                continue
            what = "report" if message else socket.inet_ntoa(data[30:34])
            seen.append(name.replace("g", "p") + " " + what + ("" if data[0] & 1 else " to its own address"))
    return ", ".join(sorted(seen))


out(0)
for line in sys.stdin:
    word, *rest = line.split()
    wait = 0.1
    if word == "wait":
        wait = int(rest[0]) / 1000
    elif word == "set":
        kind = "bridge" if rest[0] == "br0" else "bridge_slave"
        sh(f"ip link set {rest[0]} type {kind} {rest[1]} {rest[2]}")
    elif word == "own":
        body = whole(igmp2(0x16, 0, rest[0]))
        sockets["br0"].send(frame("10.0.0.9", rest[0], 2, body, bytes([2, 0, 0, 0, 0, 11])))
    else:
        port = int(rest[0])
        own = "10.0.0.%d" % port
        if word == "report":
            igmp(port, own, rest[1], igmp2(0x16, 0, rest[1]))
        elif word == "leave":
            igmp(port, own, "224.0.0.2", igmp2(0x17, 0, rest[1]))
        elif word == "query":
            igmp(port, rest[1], "224.0.0.1", igmp2(0x11, 2, "0.0.0.0"))
        elif word == "specific":
            igmp(port, rest[1], rest[2], igmp2(0x11, 1, rest[2]))
        elif word == "record":
            body = struct.pack(">IIBBH", 0x22000000, 1, int(rest[1]), 0, len(rest) - 3)
            igmp(port, own, "224.0.0.22", body + b"".join(map(socket.inet_aton, rest[2:])))
        elif word == "router":
            igmp(port, own, "224.0.0.106", igmp2(0x30, 0, "0.0.0.0"))
        elif word == "damaged":
            send(port, own, rest[1], 2, igmp2(0x16, 1, rest[1]))
        elif word == "short":
            igmp(port, own, rest[1], b"\x16\0\0\0")
        elif word == "general":
            igmp(port, own, rest[1], igmp2(0x11, 1, "0.0.0.0"))
        elif word == "cut":
            body = struct.pack(">IIBBH", 0x22000000, 1, 4, 0, 2) + socket.inet_aton(rest[1])
            igmp(port, own, "224.0.0.22", body + b"\x0a\0\0\x01")
        else:
            send(port, rest[1], rest[2], 17, struct.pack(">HHHH", 5000, 5000, 18, 0) + bytes(10))
    print(line.strip() + ": " + out(wait))
