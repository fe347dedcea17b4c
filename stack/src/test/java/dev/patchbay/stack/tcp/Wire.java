package dev.patchbay.stack.tcp;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.Tcp;
import java.util.function.Consumer;

/** What stands below TCP in these tests: puts IP headers before segments and cuts long ones. */
final class Wire {
  private Wire() {}

  /** Puts an IP header before a segment; head and l3 are at it then. */
  static void addIp(Packet p, long srcHi, long srcLo, long dstHi, long dstLo) {
    int length = p.tail - p.l4;
    if (Addresses.isV4(dstHi, dstLo)) {
      p.l3 = p.push(20);
      Bytes.put32(p.data, p.l3, 0x45 << 24 | p.tos << 16 | length + 20);
      Bytes.put32(p.data, p.l3 + 4, 0x4000);
      Bytes.put32(p.data, p.l3 + 8, 64 << 24 | 6 << 16);
      p.ipv4().source(srcLo).destination(dstLo).fillChecksum();
    } else {
      p.l3 = p.push(40);
      Bytes.put32(p.data, p.l3, 6 << 28 | p.tos << 20);
      Bytes.put32(p.data, p.l3 + 4, length << 16 | 6 << 8 | 64);
      p.ipv6().sourceHi(srcHi).sourceLo(srcLo).destinationHi(dstHi).destinationLo(dstLo);
    }
  }

  /** Takes a segment, cuts it as a network card would, and gives finished packets to a link. */
  static void toLink(
      PacketPool pool,
      Packet p,
      long srcHi,
      long srcLo,
      long dstHi,
      long dstLo,
      Consumer<Packet> link) {
    if (p.gsoCount <= 1) {
      addIp(p, srcHi, srcLo, dstHi, dstLo);
      finishChecksum(p);
      link.accept(p);
      return;
    }
    for (int i = 0; i < p.gsoCount; i++) {
      Packet one = segment(pool, p, i);
      addIp(one, srcHi, srcLo, dstHi, dstLo);
      finishChecksum(one);
      link.accept(one);
    }
    p.release();
  }

  /** Fills in the checksum that was left to the device. */
  static void finishChecksum(Packet p) {
    if (p.checksumState == Packet.CHECKSUM_PARTIAL) {
      int start = p.checksumStart;
      long sum = InternetChecksum.sum(p.data, start, p.tail - start);
      Bytes.put16(p.data, start + p.checksumOffset, InternetChecksum.finish(sum));
      p.checksumState = Packet.CHECKSUM_NONE;
    }
  }

  /** Cuts one segment out of a long packet as a network card would; {@code p} stays. */
  static Packet segment(PacketPool pool, Packet p, int index) {
    int header = p.tcp().headerLength();
    int payload = p.l4 + header;
    int from = index * p.gsoSize;
    int len = Math.min(p.gsoSize, p.tail - payload - from);
    Packet out = pool.acquire(header + len);
    if (out == null) {
      throw new AssertionError("no memory for the link");
    }
    System.arraycopy(p.data, p.l4, out.data, out.head, header);
    System.arraycopy(p.data, payload + from, out.data, out.head + header, len);
    out.tail = out.head + header + len;
    out.l4 = out.head;
    Tcp tcp = out.tcp();
    tcp.sequence(tcp.sequence() + from);
    boolean last = index == p.gsoCount - 1;
    if (!last) {
      tcp.offsetAndFlags(tcp.offsetAndFlags() & ~(Tcp.FIN | Tcp.PSH));
    }
    // the pseudo header's sum has the length of the whole
    long sum = tcp.checksum() + (~(p.tail - p.l4) & 0xffffL) + header + len;
    tcp.checksum(InternetChecksum.fold(sum));
    out.checksumState = Packet.CHECKSUM_PARTIAL;
    out.checksumStart = out.l4;
    out.checksumOffset = 16;
    out.tos = p.tos;
    return out;
  }
}
