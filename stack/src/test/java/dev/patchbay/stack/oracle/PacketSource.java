package dev.patchbay.stack.oracle;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.oracle.Topology.Station;
import dev.patchbay.stack.wire.Bytes;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/** Random frames from the stations of a topology, the same for the same seed. */
final class PacketSource {
  /**
   * A frame on its way to the router.
   *
   * @param port whose cable
   * @param frame with its tags
   */
  record In(int port, byte[] frame) {}

  private static final long[] GROUP_MACS = {
    0xffff_ffff_ffffL, 0x0100_5e00_0001L, 0x3333_0000_0001L, 0x0100_5e7f_ffffL
  };

  private final Topology topology;

  /** {@link Random}, whose algorithm is the same on every Java. */
  private final Random random;

  private final Ipv4Source four;
  private final Ipv6Source six;
  private final Deque<In> pending = new ArrayDeque<>();

  PacketSource(Topology topology, long seed) {
    this.topology = topology;
    random = new Random(seed);
    four = new Ipv4Source(topology, random);
    six = new Ipv6Source(topology, random);
  }

  /** The next frame. */
  In next() {
    while (pending.isEmpty()) {
      make();
    }
    return pending.remove();
  }

  private void make() {
    Station from = topology.stations().get(random.nextInt(topology.stations().size()));
    int kind = random.nextInt(100);
    if (kind < 3) {
      frame(from, 0xffff_ffff_ffffL, 0x0806, arp(from));
    } else if (kind < 5) {
      byte[] body = new byte[46];
      random.nextBytes(body);
      frame(from, hop(from), 0x88b5, body);
    } else if (kind < 55) {
      for (byte[] packet : four.next(from)) {
        frame(from, hop(from), 0x0800, packet);
      }
    } else {
      for (byte[] packet : six.next(from)) {
        frame(from, hop(from), 0x86dd, packet);
      }
    }
  }

  /** The MAC that a frame goes to: nearly always that of the router. */
  private long hop(Station from) {
    int kind = random.nextInt(100);
    if (kind < 4) {
      return GROUP_MACS[random.nextInt(GROUP_MACS.length)];
    } else if (kind < 7) {
      return topology.stations().get(random.nextInt(topology.stations().size())).mac();
    } else if (kind < 8) {
      return 0x0200_0000_aa00L | random.nextInt(4);
    }
    return from.gateway();
  }

  private byte[] arp(Station from) {
    byte[] body = new byte[28];
    IpAddress asked =
        random.nextInt(4) == 0
            ? pick(topology.own().stream().filter(IpAddress::isV4).toList())
            : pick(from.routers().stream().filter(IpAddress::isV4).toList());
    Bytes.put32(body, 0, 0x0001_0800);
    Bytes.put32(body, 4, 0x0604_0001);
    Bytes.put48(body, 8, from.mac());
    Bytes.put32(body, 14, (int) pick4(from.addresses()).lo());
    Bytes.put32(body, 24, (int) asked.lo());
    return body;
  }

  private IpAddress pick4(List<IpAddress> of) {
    return pick(of.stream().filter(IpAddress::isV4).toList());
  }

  private IpAddress pick(List<IpAddress> of) {
    return of.get(random.nextInt(of.size()));
  }

  /** Puts the Ethernet header before it, with the tags of the station, or in vain with others. */
  private void frame(Station from, long to, int type, byte[] body) {
    int[] tags = from.tags().stream().mapToInt(tag -> tag).toArray();
    int kind = random.nextInt(100);
    if (kind < 3) {
      tags = new int[] {0x8100 << 16 | random.nextInt(8) << 13 | random.nextInt(40)};
    } else if (kind < 4) {
      tags = new int[] {};
    } else if (kind < 6 && tags.length > 0) {
      tags[random.nextInt(tags.length)] ^= random.nextInt(8) << 13;
    } else if (kind < 7) {
      tags = Arrays.copyOf(tags, tags.length + 1);
      tags[tags.length - 1] = (random.nextBoolean() ? 0x88a8 : 0x8100) << 16 | random.nextInt(12);
    }
    byte[] frame = new byte[14 + 4 * tags.length + body.length];
    Bytes.put48(frame, 0, to);
    Bytes.put48(frame, 6, from.mac());
    int at = 12;
    for (int tag : tags) {
      Bytes.put32(frame, at, tag);
      at += 4;
    }
    Bytes.put16(frame, at, type);
    System.arraycopy(body, 0, frame, at + 2, body.length);
    pending.add(new In(from.port(), frame));
  }
}
