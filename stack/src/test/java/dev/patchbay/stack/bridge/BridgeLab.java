package dev.patchbay.stack.bridge;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.packet.VlanTag;
import dev.patchbay.stack.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A bridge br0 with ports p1, p2, p3, at which stations with the addresses {@link #A}, {@link #B}
 * and {@link #C} are, and a trace of what comes out where: {@code p2 A>B} or with its tag {@code p2
 * A>B 10}.
 */
final class BridgeLab {
  static final long OURS = 0x0200_0000_000bL;
  static final long A = 0x0200_0000_00aaL;
  static final long B = 0x0200_0000_00bbL;
  static final long C = 0x0200_0000_00ccL;
  static final long GROUP = 0x0100_5e01_0203L;
  static final long ALL = 0xffff_ffff_ffffL;

  final VirtualLoop loop = new VirtualLoop();
  final PacketPool pool = new PacketPool(16 << 20, true);
  final Bridge bridge = new Bridge(2, "br0", OURS, loop, 42);
  final List<PortDevice> devices = new ArrayList<>();
  final List<BridgePort> ports = new ArrayList<>();
  final List<String> trace = new ArrayList<>();

  BridgeLab() {
    bridge.up(true);
    bridge.handler((packet, type) -> {
      trace.add("br0 " + text(packet));
      packet.release();
    });
    for (int i = 1; i <= 3; i++) {
      PortDevice device = new PortDevice(2 + i, "p" + i, 0x0200_0000_0000L | i, 1500);
      device.up(true);
      device.handler((packet, type) -> {
        trace.add(device.name() + " itself " + text(packet));
        packet.release();
      });
      device.plug(packet -> {
        trace.add(device.name() + " " + text(packet));
        packet.release();
      });
      bridge.addPort(device);
      devices.add(device);
      ports.add(Objects.requireNonNull(bridge.port(device)));
    }
  }

  BridgePort port(int number) {
    return ports.get(number - 1);
  }

  private static String text(Packet packet) {
    String way =
        name(Bytes.u48(packet.data, packet.l2 + 6)) + ">" + name(Bytes.u48(packet.data, packet.l2));
    String tag = packet.vlanProtocol == 0 ? "" : " " + VlanTag.id(packet);
    return way + (packet.vlanProtocol == 0x88a8 ? " ad" : "") + tag;
  }

  private static String name(long mac) {
    if (mac == A) {
      return "A";
    } else if (mac == B) {
      return "B";
    } else if (mac == C) {
      return "C";
    } else if (mac == OURS) {
      return "us";
    } else if (mac == ALL) {
      return "all";
    }
    return mac == GROUP ? "group" : Long.toHexString(mac);
  }

  /** A frame comes in by a port, without a tag. */
  BridgeLab in(int port, long source, long destination) {
    return in(port, source, destination, 0, 0);
  }

  /** One with a tag. */
  BridgeLab in(int port, long source, long destination, int protocol, int tci) {
    devices.get(port - 1).receive(frame(source, destination, protocol, tci));
    return this;
  }

  /** The appliance sends one. */
  BridgeLab send(long destination, int vid) {
    Packet packet = frame(OURS, destination, 0, 0);
    if (vid != 0) {
      VlanTag.set(packet, 0x8100, vid);
    }
    bridge.transmit(packet);
    return this;
  }

  private Packet frame(long source, long destination, int protocol, int tci) {
    Packet packet = Objects.requireNonNull(pool.acquire(64));
    int at = packet.append(protocol == 0 ? 60 : 64);
    Bytes.put48(packet.data, at, destination);
    Bytes.put48(packet.data, at + 6, source);
    if (protocol != 0) {
      Bytes.put16(packet.data, at + 12, protocol);
      Bytes.put16(packet.data, at + 14, tci);
      at += 4;
    }
    Bytes.put16(packet.data, at + 12, 0x88b5);
    packet.l2 = packet.head;
    return packet;
  }

  /** What came out since this was last asked. */
  List<String> out() {
    List<String> now = List.copyOf(trace);
    trace.clear();
    return now;
  }

  /** The last reason for which the device dropped something, counted once. */
  long drops(DropReason reason) {
    return pool.drops(reason);
  }

  NetDevice device(int port) {
    return devices.get(port - 1);
  }
}
