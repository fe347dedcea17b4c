package dev.patchbay.stack.oracle;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.oracle.Topology.Station;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/** Random IPv6 packets, good and bad. */
final class Ipv6Source {
  private static final List<String> MARTIANS =
      List.of(
          "::",
          "::1",
          "::ffff:10.0.0.2",
          "ff01::1",
          "ff02::1",
          "ff02::2",
          "ff02::1:ff00:1",
          "ff05::2",
          "ff0e::1234",
          "ff00::1",
          "fe80::1234",
          "fec0::9");

  /** Extension headers: type and bytes, whose first is to be the next type. */
  private static final List<String> EXTENSIONS =
      List.of(
          "0 0000010400000000", // hop by hop, padding
          "0 0000050200000100", // router alert
          "0 00003e0400000000", // unknown, skip
          "0 00007e0400000000", // unknown, discard
          "0 0000be0400000000", // unknown, tell
          "0 0000fe0400000000", // unknown, tell unless to a group
          "0 0000c20400010000", // jumbo payload
          "0 0000050300000000", // length wrong
          "0 0001010400000000", // longer than it is
          "60 0000010400000000",
          "60 00003e0400000000",
          "60 00007e0400000000",
          "60 0000be0400000000",
          "60 0000fe0400000000",
          "60 000001ff00000000", // an option longer than the header
          "43 0000000000000000", // route of type 0, spent
          "43 0000000100000000",
          "43 0000020000000000",
          "43 0000040000000000",
          "43 0000630100000000", // unknown type with segments left
          "44 0000000000001234", // a fragment of one
          "44 0000000000005678");

  private static final int NEIGHBOUR_SOLICITATION = 135;

  private final Topology topology;
  private final Random random;
  private final Payload payload;
  private int fragments;

  Ipv6Source(Topology topology, Random random) {
    this.topology = topology;
    this.random = random;
    payload = new Payload(random);
  }

  /** A packet of a station, or the fragments of one. */
  List<byte[]> next(Station from) {
    IpAddress source = source(from);
    IpAddress destination = destination(from);
    Payload.Body body = random.nextInt(30) == 0 ? solicitation(from) : payload.next(false);
    boolean asks =
        body.protocol() == 58
            && body.bytes().length >= 24
            && Bytes.u8(body.bytes(), 0) == NEIGHBOUR_SOLICITATION;
    if (asks) {
      source = first(from.addresses());
      destination = new IpAddress(Bytes.i64(body.bytes(), 8), Bytes.i64(body.bytes(), 16));
    }
    byte[] data =
        body.finish(
            InternetChecksum.pseudo6(
                source.hi(),
                source.lo(),
                destination.hi(),
                destination.lo(),
                body.protocol(),
                body.bytes().length));
    if (random.nextInt(25) == 0 && data.length > 0) {
      data[random.nextInt(data.length)] ^= (byte) (1 + random.nextInt(255));
    }
    byte[] packet = header(source, destination, body.protocol(), data);
    if (asks) {
      Bytes.put8(packet, 7, 255);
      return List.of(packet);
    }
    int kind = random.nextInt(100);
    if (kind < 12) {
      packet = extended(packet, EXTENSIONS.get(random.nextInt(EXTENSIONS.size())));
      if (random.nextInt(4) == 0) {
        packet = extended(packet, EXTENSIONS.get(random.nextInt(EXTENSIONS.size())));
      }
    } else if (kind < 17 && data.length >= 32) {
      return cut(packet);
    } else if (kind < 18 && ++fragments < 100) {
      packet = extended(packet, "44 0000000000000000");
      Bytes.put16(packet, 42, random.nextInt(0x10000));
      Bytes.put32(packet, 44, random.nextInt());
    } else if (kind < 23) {
      return List.of(spoilt(packet));
    }
    return List.of(packet);
  }

  private byte[] header(IpAddress source, IpAddress destination, int protocol, byte[] data) {
    byte[] packet = new byte[40 + data.length];
    int word = 6 << 28;
    if (random.nextInt(4) == 0) {
      word |= random.nextInt(1 << 28);
    }
    Bytes.put32(packet, 0, word);
    Bytes.put16(packet, 4, data.length);
    Bytes.put8(packet, 6, protocol);
    int kind = random.nextInt(100);
    int hops = kind < 70 ? 64 : kind < 85 ? random.nextInt(4) : random.nextInt(256);
    Bytes.put8(packet, 7, hops);
    Bytes.put64(packet, 8, source.hi());
    Bytes.put64(packet, 16, source.lo());
    Bytes.put64(packet, 24, destination.hi());
    Bytes.put64(packet, 32, destination.lo());
    System.arraycopy(data, 0, packet, 40, data.length);
    return packet;
  }

  /** Who has an address of the router's: with or without our own. */
  private Payload.Body solicitation(Station from) {
    IpAddress asked = first(from.routers());
    byte[] body = new byte[random.nextBoolean() ? 32 : 24];
    Bytes.put8(body, 0, 135);
    Bytes.put64(body, 8, asked.hi());
    Bytes.put64(body, 16, asked.lo());
    if (body.length > 24) {
      Bytes.put16(body, 24, 0x0101);
      Bytes.put48(body, 26, from.mac());
    }
    return new Payload.Body(58, body, 2, true);
  }

  private static byte[] extended(byte[] packet, String extension) {
    String[] parts = extension.split(" ", 2);
    byte[] header = HexFormat.of().parseHex(parts[1]);
    header[0] = packet[6];
    byte[] all = new byte[packet.length + header.length];
    System.arraycopy(packet, 0, all, 0, 40);
    System.arraycopy(header, 0, all, 40, header.length);
    System.arraycopy(packet, 40, all, 40 + header.length, packet.length - 40);
    Bytes.put8(all, 6, Integer.parseInt(parts[0]));
    Bytes.put16(all, 4, all.length - 40);
    return all;
  }

  private byte[] spoilt(byte[] packet) {
    switch (random.nextInt(4)) {
      case 0 -> Bytes.put8(packet, 0, random.nextInt(256));
      case 1 -> Bytes.put16(packet, 4, random.nextInt(packet.length + 40));
      case 2 -> Bytes.put8(packet, random.nextInt(8), random.nextInt(256));
      default -> {
        return Arrays.copyOf(packet, random.nextInt(packet.length));
      }
    }
    return packet;
  }

  private List<byte[]> cut(byte[] packet) {
    int length = packet.length - 40;
    int piece = Math.max(8, length / (2 + random.nextInt(3)) & ~7);
    int id = random.nextInt();
    List<byte[]> all = new ArrayList<>();
    for (int at = 0; at < length; at += piece) {
      int end = Math.min(length, at + piece);
      byte[] fragment = Arrays.copyOf(packet, 48 + end - at);
      System.arraycopy(packet, 40 + at, fragment, 48, end - at);
      Bytes.put16(fragment, 4, 8 + end - at);
      Bytes.put8(fragment, 6, 44);
      Bytes.put16(fragment, 40, Bytes.u8(packet, 6) << 8);
      Bytes.put16(fragment, 42, at | (end < length ? 1 : 0));
      Bytes.put32(fragment, 44, id);
      all.add(fragment);
    }
    if (random.nextInt(3) == 0) {
      Collections.shuffle(all, random);
    }
    if (random.nextInt(6) == 0) {
      all.add(random.nextInt(all.size()), all.get(random.nextInt(all.size())).clone());
    }
    return all;
  }

  private IpAddress source(Station from) {
    int kind = random.nextInt(100);
    if (kind < 88) {
      return first(from.addresses());
    } else if (kind < 94) {
      return IpAddress.parse(MARTIANS.get(random.nextInt(MARTIANS.size())));
    } else if (kind < 96) {
      return pick(topology.own());
    }
    return pick(topology.targets());
  }

  private IpAddress destination(Station from) {
    int kind = random.nextInt(100);
    if (kind < 15) {
      return pick(topology.own());
    } else if (kind < 45) {
      Station to = topology.stations().get(random.nextInt(topology.stations().size()));
      return first(to.addresses());
    } else if (kind < 90) {
      return pick(topology.targets());
    } else if (kind < 96) {
      return IpAddress.parse(MARTIANS.get(random.nextInt(MARTIANS.size())));
    }
    return first(from.routers());
  }

  private static IpAddress first(List<IpAddress> of) {
    return of.stream().filter(a -> !a.isV4()).findFirst().orElseThrow();
  }

  private IpAddress pick(List<IpAddress> of) {
    List<IpAddress> all = of.stream().filter(a -> !a.isV4()).toList();
    return all.get(random.nextInt(all.size()));
  }
}
