package dev.patchbay.backend.uplink;

import dev.patchbay.stack.device.Segmenter;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Ipv4;
import dev.patchbay.stack.wire.Ipv6;
import dev.patchbay.stack.wire.Tcp;

/**
 * Brings packets of the far side into the namespace: adds the IP header, and lets a packet whose
 * source is one of our own addresses go by OUTPUT, any other come in by the uplink's device. Also
 * makes ICMP errors and the RST for a refused SYN.
 */
final class Emitter {
  private static final int DEFAULT_TTL = 64;
  private static final int TYPE_UNREACHABLE4 = 3;

  private static final int FRAGMENT_HEADER = 8;

  /** An ICMP error has at most 576 bytes in all (RFC 1812 section 4.3.2.3). */
  private static final int QUOTE4 = 576 - 28;

  /** An ICMPv6 error must not exceed the minimum MTU (RFC 4443 section 2.4 (c)). */
  private static final int QUOTE6 = 1280 - 48;

  private final PacketPool pool;
  private final Inside inside;
  private final UplinkCounters counters;
  private int id;

  Emitter(PacketPool pool, Inside inside, UplinkCounters counters) {
    this.pool = pool;
    this.inside = inside;
    this.counters = counters;
  }

  /** Takes a packet with {@code head == l4} and {@link Packet#protocol} set. */
  void send(Packet p, long srcHi, long srcLo, long dstHi, long dstLo) {
    int ttl = p.ttl == 0 ? DEFAULT_TTL : p.ttl;
    if (Addresses.isV4(dstHi, dstLo)) {
      p.l3 = p.push(Ipv4.LENGTH);
      p.ipv4()
          .versionAndLength(0x45)
          .tos(p.tos)
          .totalLength(p.length())
          .id(id++ & 0xffff)
          .flagsAndOffset(p.protocol == IpProtocol.TCP ? Ipv4.DONT_FRAGMENT : 0)
          .ttl(ttl)
          .protocol(p.protocol)
          .source(srcLo)
          .destination(dstLo)
          .fillChecksum();
    } else {
      p.l3 = p.push(Ipv6.LENGTH);
      p.ipv6()
          .versionClassFlow(6 << 28 | (p.tos & 0xff) << 20)
          .payloadLength(p.length() - Ipv6.LENGTH)
          .nextHeader(p.protocol)
          .hopLimit(ttl)
          .sourceHi(srcHi)
          .sourceLo(srcLo)
          .destinationHi(dstHi)
          .destinationLo(dstLo);
    }
    if (inside.isLocal(srcHi, srcLo)) {
      inside.output(p);
    } else if (!p.isIpv4() && p.protocol != IpProtocol.TCP && isLong(p)) {
      cut(p);
    } else {
      inside.enter(p);
    }
  }

  private boolean isLong(Packet p) {
    return p.length() > inside.mtu(p.destinationHi(), p.destinationLo());
  }

  /**
   * No router cuts IPv6 packets: the far host does it (RFC 8200 section 4.5), whose fragments our
   * host's socket has joined. Takes the packet.
   */
  private void cut(Packet p) {
    if (p.checksumState == Packet.CHECKSUM_PARTIAL) {
      Segmenter.complete(p);
    }
    int overhead = Ipv6.LENGTH + FRAGMENT_HEADER;
    int room = inside.mtu(p.destinationHi(), p.destinationLo()) - overhead & ~7;
    int from = p.l3 + Ipv6.LENGTH;
    int payload = p.tail - from;
    id++;
    for (int offset = 0; offset < payload; offset += room) {
      int length = Math.min(room, payload - offset);
      Packet piece = pool.acquire(overhead + length);
      if (piece == null) {
        p.drop(DropReason.NOMEM);
        return;
      }
      piece.l3 = piece.append(overhead + length);
      piece.l4 = piece.l3 + overhead;
      System.arraycopy(p.data, p.l3, piece.data, piece.l3, Ipv6.LENGTH);
      System.arraycopy(p.data, from + offset, piece.data, piece.l4, length);
      piece.ipv6().nextHeader(IpProtocol.FRAGMENT).payloadLength(FRAGMENT_HEADER + length);
      int at = piece.l3 + Ipv6.LENGTH;
      Bytes.put16(piece.data, at, p.protocol << 8);
      Bytes.put16(piece.data, at + 2, offset | (offset + length < payload ? 1 : 0));
      Bytes.put32(piece.data, at + 4, id);
      inside.enter(piece);
    }
    p.release();
  }

  /**
   * Marks the transport checksum, {@code offset} bytes into the header, as one to be filled in on
   * the way out.
   */
  static void partialChecksum(
      Packet p, int offset, long srcHi, long srcLo, long dstHi, long dstLo) {
    p.checksumState = Packet.CHECKSUM_PARTIAL;
    p.checksumStart = p.l4;
    p.checksumOffset = offset;
    long sum = InternetChecksum.pseudo(srcHi, srcLo, dstHi, dstLo, p.protocol, p.tail - p.l4);
    Bytes.put16(p.data, p.l4 + offset, InternetChecksum.fold(sum));
  }

  /** Answers a SYN with a RST (RFC 9293 section 3.10.7.1); the packet stays the caller's. */
  void reset(Packet syn) {
    Packet p = pool.acquire(Tcp.LENGTH);
    if (p == null) {
      return;
    }
    int ports = Bytes.i32(syn.data, syn.l4);
    p.append(Tcp.LENGTH);
    Bytes.put32(p.data, p.l4, Integer.rotateLeft(ports, 16));
    Bytes.put32(p.data, p.l4 + 4, 0);
    int length = syn.tail - syn.l4 - syn.tcp().headerLength();
    Bytes.put32(p.data, p.l4 + 8, Bytes.i32(syn.data, syn.l4 + 4) + length + 1);
    Bytes.put16(p.data, p.l4 + 12, 5 << 12 | Tcp.RST | Tcp.ACK);
    Bytes.put32(p.data, p.l4 + 14, 0);
    Bytes.put16(p.data, p.l4 + 18, 0);
    p.protocol = IpProtocol.TCP;
    long srcHi = syn.destinationHi();
    long srcLo = syn.destinationLo();
    partialChecksum(p, 16, srcHi, srcLo, syn.sourceHi(), syn.sourceLo());
    send(p, srcHi, srcLo, syn.sourceHi(), syn.sourceLo());
  }

  /**
   * Tells the sender of {@code about} that it is "administratively prohibited"; the packet stays
   * the caller's.
   */
  void prohibited(Packet about) {
    unreachable(about, 13, 1);
  }

  /**
   * Destination unreachable with the code of the packet's family, from the gateway or the address
   * of ours it went to.
   */
  void unreachable(Packet about, int code4, int code6) {
    boolean v4 = about.isIpv4();
    icmp(about, v4 ? TYPE_UNREACHABLE4 : 1, v4 ? code4 : code6, 0);
  }

  /** An ICMP error about a packet, of its family; the packet stays the caller's. */
  void icmp(Packet about, int type, int code, int rest) {
    long hi = about.destinationHi();
    long lo = about.destinationLo();
    if (!inside.isLocal(hi, lo)) {
      IpAddress gateway = inside.gateway(new IpAddress(about.sourceHi(), about.sourceLo()));
      hi = gateway.hi();
      lo = gateway.lo();
    }
    icmp(about.data, about.l3, about.tail - about.l3, type << 8 | code, rest, hi, lo);
  }

  /**
   * An ICMP error about a packet of which the beginning is quoted, to its source.
   *
   * @param typeAndCode of the packet's family
   * @param rest second word of the message (MTU)
   * @param hi who reports, high half
   */
  void icmp(byte[] quote, int at, int length, int typeAndCode, int rest, long hi, long lo) {
    boolean v4 = quote[at] >>> 4 == 4;
    int quoted = Math.min(length, v4 ? QUOTE4 : QUOTE6);
    Packet p = pool.acquire(8 + quoted);
    if (p == null) {
      return;
    }
    p.append(8 + quoted);
    p.protocol = v4 ? IpProtocol.ICMP : IpProtocol.ICMPV6;
    Bytes.put16(p.data, p.l4, typeAndCode);
    Bytes.put16(p.data, p.l4 + 2, 0);
    Bytes.put32(p.data, p.l4 + 4, rest);
    System.arraycopy(quote, at, p.data, p.l4 + 8, quoted);
    long dstHi = v4 ? 0 : Bytes.i64(quote, at + 8);
    long dstLo = v4 ? Addresses.v4(Bytes.i32(quote, at + 12)) : Bytes.i64(quote, at + 16);
    finishIcmp(p, hi, lo, dstHi, dstLo);
    counters.icmpErrors++;
    send(p, hi, lo, dstHi, dstLo);
  }

  /**
   * Fills in the checksum of an ICMP or ICMPv6 message that is complete from l4 to tail, its field
   * 0.
   */
  static void finishIcmp(Packet p, long srcHi, long srcLo, long dstHi, long dstLo) {
    int length = p.tail - p.l4;
    long sum = InternetChecksum.sum(p.data, p.l4, length);
    if (p.protocol == IpProtocol.ICMPV6) {
      sum += InternetChecksum.pseudo6(srcHi, srcLo, dstHi, dstLo, IpProtocol.ICMPV6, length);
    }
    Bytes.put16(p.data, p.l4 + 2, InternetChecksum.finish(sum));
    p.checksumState = Packet.CHECKSUM_UNNECESSARY;
  }
}
