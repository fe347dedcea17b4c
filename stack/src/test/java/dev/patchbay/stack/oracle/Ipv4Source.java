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

/** Random IPv4 packets, good and bad. */
final class Ipv4Source {
  private static final List<String> MARTIANS =
      List.of(
          "0.0.0.0",
          "0.1.2.3",
          "127.0.0.1",
          "127.9.9.9",
          "224.0.0.1",
          "239.1.1.1",
          "240.0.0.1",
          "255.255.255.255",
          "169.254.3.4");

  /** As they stand in a header, padded to four bytes. */
  private static final List<String> OPTIONS =
      List.of(
          "01010101", // four times nothing
          "94040000", // router alert
          "94040001",
          "07070400000000" + "00", // record route, room for one
          "07070800000000" + "00", // and none any more
          "070b04" + "0000000000000000" + "00",
          "44080500" + "00000000", // timestamps alone
          "440c0501" + "0000000000000000", // with addresses
          "44080900" + "00000000", // no room
          "440809f0" + "00000000", // nor for the overflow
          "83070400000000" + "00", // loose source route
          "89070400000000" + "00", // strict
          "88040000", // stream id
          "820b0000000000000000" + "0000", // security
          "07030400", // too short for a route
          "07090400", // longer than the header
          "44030000",
          "00ffffff", // the end, and what does not count
          "99080000" + "00000000", // unknown
          "99010000", // its length wrong
          "07");

  private final Topology topology;
  private final Random random;
  private final Payload payload;
  private int fragments;

  Ipv4Source(Topology topology, Random random) {
    this.topology = topology;
    this.random = random;
    payload = new Payload(random);
  }

  /** A packet of a station, or the fragments of one. */
  List<byte[]> next(Station from) {
    IpAddress source = source(from);
    IpAddress destination = destination(from);
    Payload.Body body = payload.next(true);
    byte[] data =
        body.finish(
            InternetChecksum.pseudo4(
                source.lo(), destination.lo(), body.protocol(), body.bytes().length));
    if (random.nextInt(25) == 0 && data.length > 0) {
      data[random.nextInt(data.length)] ^= (byte) (1 + random.nextInt(255));
    }
    byte[] options =
        random.nextInt(12) == 0
            ? HexFormat.of().parseHex(OPTIONS.get(random.nextInt(OPTIONS.size())))
            : new byte[0];
    options = Arrays.copyOf(options, options.length + 3 & ~3);
    byte[] packet = header(source, destination, body.protocol(), options, data);
    int kind = random.nextInt(100);
    if (kind < 5 && data.length >= 32) {
      return cut(packet, 20 + options.length);
    } else if (kind < 6 && ++fragments < 100) {
      Bytes.put16(packet, 6, random.nextInt(0x10000));
      return List.of(summed(packet));
    } else if (kind < 12) {
      return List.of(spoilt(summed(packet)));
    }
    return List.of(summed(packet));
  }

  private byte[] header(
      IpAddress source, IpAddress destination, int protocol, byte[] options, byte[] data) {
    byte[] packet = new byte[20 + options.length + data.length];
    Bytes.put8(packet, 0, 0x45 + options.length / 4);
    Bytes.put8(packet, 1, random.nextInt(4) == 0 ? random.nextInt(256) : 0);
    Bytes.put16(packet, 2, packet.length);
    Bytes.put16(packet, 4, random.nextInt(0x10000));
    Bytes.put16(packet, 6, random.nextInt(3) == 0 ? 0x4000 : 0);
    Bytes.put8(packet, 8, ttl());
    Bytes.put8(packet, 9, protocol);
    Bytes.put32(packet, 12, (int) source.lo());
    Bytes.put32(packet, 16, (int) destination.lo());
    System.arraycopy(options, 0, packet, 20, options.length);
    System.arraycopy(data, 0, packet, 20 + options.length, data.length);
    return packet;
  }

  private int ttl() {
    int kind = random.nextInt(100);
    return kind < 70 ? 64 : kind < 85 ? random.nextInt(4) : random.nextInt(256);
  }

  private static byte[] summed(byte[] packet) {
    int header = (packet[0] & 15) * 4;
    Bytes.put16(packet, 10, 0);
    Bytes.put16(packet, 10, InternetChecksum.finish(InternetChecksum.sum(packet, 0, header)));
    return packet;
  }

  /** One field wrong, the checksum right or not. */
  private byte[] spoilt(byte[] packet) {
    switch (random.nextInt(6)) {
      case 0 -> Bytes.put16(packet, 10, random.nextInt(0x10000));
      case 1 -> Bytes.put8(packet, 0, random.nextInt(256));
      case 2 -> Bytes.put16(packet, 2, random.nextInt(packet.length + 40));
      case 3 ->
          Bytes.put8(packet, random.nextInt(Math.min(12, packet.length)), random.nextInt(256));
      case 4 -> {
        return Arrays.copyOf(packet, random.nextInt(packet.length));
      }
      default -> {
        Bytes.put8(packet, 0, 0x40 | random.nextInt(16));
        int header = (packet[0] & 15) * 4;
        return header <= packet.length ? summed(packet) : packet;
      }
    }
    return packet;
  }

  /** All fragments of a packet, in some order, sometimes one twice or overlapping. */
  private List<byte[]> cut(byte[] packet, int header) {
    int length = packet.length - header;
    int piece = Math.max(8, length / (2 + random.nextInt(3)) & ~7);
    List<byte[]> all = new ArrayList<>();
    for (int at = 0; at < length; at += piece) {
      int end = Math.min(length, at + piece);
      byte[] fragment = Arrays.copyOf(packet, header + end - at);
      System.arraycopy(packet, header + at, fragment, header, end - at);
      Bytes.put16(fragment, 2, fragment.length);
      Bytes.put16(fragment, 6, at >> 3 | (end < length ? 0x2000 : 0));
      all.add(summed(fragment));
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
    } else if (kind < 93) {
      return IpAddress.parse(MARTIANS.get(random.nextInt(MARTIANS.size())));
    } else if (kind < 95) {
      return pick(topology.own());
    } else if (kind < 96) {
      return broadcast(first(from.addresses()));
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
    } else if (kind < 88) {
      return pick(topology.targets());
    } else if (kind < 93) {
      return IpAddress.parse(MARTIANS.get(random.nextInt(MARTIANS.size())));
    } else if (kind < 96) {
      Station to = topology.stations().get(random.nextInt(topology.stations().size()));
      return broadcast(first(to.addresses()));
    }
    return first(from.routers());
  }

  private static IpAddress first(List<IpAddress> of) {
    return of.stream().filter(IpAddress::isV4).findFirst().orElseThrow();
  }

  private IpAddress pick(List<IpAddress> of) {
    List<IpAddress> all = of.stream().filter(IpAddress::isV4).toList();
    return all.get(random.nextInt(all.size()));
  }

  /** Of its network of 24 bits. */
  private static IpAddress broadcast(IpAddress of) {
    return new IpAddress(of.hi(), of.lo() | 0xff);
  }
}
