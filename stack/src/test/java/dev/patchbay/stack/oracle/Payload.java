package dev.patchbay.stack.oracle;

import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import java.util.Random;

/** What stands behind an IP header, of either family. */
final class Payload {
  private static final int[] PORTS = {
    7, 53, 67, 69, 123, 443, 546, 1024, 5353, 33434, 50000, 65535
  };

  /** Protocols that nobody has: GRE, ESP, OSPF, SCTP, an experiment's, and none (RFC 8200). */
  private static final int[] OTHERS = {47, 50, 89, 132, 253, 59, 2, 136, 0x88};

  private final Random random;

  /**
   * @param protocol of the IP header
   * @param bytes with the checksum still to be filled in
   * @param sumAt where that is, -1 nowhere
   * @param pseudo whether it covers the pseudo header
   */
  record Body(int protocol, byte[] bytes, int sumAt, boolean pseudo) {
    /** Fills the checksum, {@code sum} of the pseudo header. */
    byte[] finish(long sum) {
      if (sumAt >= 0) {
        Bytes.put16(bytes, sumAt, 0);
        long all = InternetChecksum.sum(bytes, 0, bytes.length) + (pseudo ? sum : 0);
        Bytes.put16(
            bytes,
            sumAt,
            protocol == 17 ? InternetChecksum.finishUdp(all) : InternetChecksum.finish(all));
      }
      return bytes;
    }
  }

  Payload(Random random) {
    this.random = random;
  }

  /** Bytes of data: few, or about as many as a link takes, or more. */
  byte[] data() {
    int kind = random.nextInt(100);
    int size;
    if (kind < 75) {
      size = random.nextInt(64);
    } else if (kind < 88) {
      size = 400 + random.nextInt(1000);
    } else {
      size = 1380 + random.nextInt(120);
    }
    byte[] data = new byte[size];
    random.nextBytes(data);
    return data;
  }

  /** One of any protocol; checksum right. */
  Body next(boolean v4) {
    int kind = random.nextInt(100);
    if (kind < 40) {
      return udp();
    } else if (kind < 65) {
      return tcp();
    } else if (kind < 85) {
      return echo(v4);
    } else if (kind < 94) {
      return icmp(v4);
    }
    return new Body(OTHERS[random.nextInt(OTHERS.length)], data(), -1, false);
  }

  private int port() {
    return PORTS[random.nextInt(PORTS.length)];
  }

  private Body udp() {
    byte[] data = data();
    byte[] body = new byte[8 + data.length];
    Bytes.put16(body, 0, port());
    Bytes.put16(body, 2, port());
    Bytes.put16(body, 4, body.length);
    System.arraycopy(data, 0, body, 8, data.length);
    boolean none = random.nextInt(20) == 0;
    if (random.nextInt(40) == 0) {
      Bytes.put16(body, 4, random.nextInt(body.length + 4));
    }
    return new Body(17, body, none ? -1 : 6, true);
  }

  private Body tcp() {
    byte[] data = random.nextBoolean() ? new byte[0] : data();
    byte[] body = new byte[20 + data.length];
    Bytes.put16(body, 0, port());
    Bytes.put16(body, 2, port());
    Bytes.put32(body, 4, random.nextInt());
    Bytes.put32(body, 8, random.nextInt());
    int flags = new int[] {2, 0x10, 0x18, 0x11, 4, 0x14, 0x12, 0, 0x3f}[random.nextInt(9)];
    Bytes.put16(body, 12, 0x5000 | flags);
    Bytes.put16(body, 14, random.nextInt(0x10000));
    System.arraycopy(data, 0, body, 20, data.length);
    if (random.nextInt(40) == 0) {
      Bytes.put8(body, 12, random.nextInt(16) << 4);
    }
    return new Body(6, body, 16, true);
  }

  private Body echo(boolean v4) {
    byte[] data = data();
    byte[] body = new byte[8 + data.length];
    Bytes.put8(body, 0, v4 ? 8 : 128);
    Bytes.put32(body, 4, random.nextInt());
    System.arraycopy(data, 0, body, 8, data.length);
    return new Body(v4 ? 1 : 58, body, 2, !v4);
  }

  /** Answers, errors without sense, requests of old, what has no name. */
  private Body icmp(boolean v4) {
    int[] types =
        v4
            ? new int[] {0, 3, 4, 11, 12, 13, 13, 14, 15, 17, 18, 40, 200}
            : new int[] {1, 2, 3, 4, 100, 127, 129, 138, 139, 144, 150, 200, 255};
    byte[] data = data();
    byte[] body = new byte[8 + data.length];
    Bytes.put8(body, 0, types[random.nextInt(types.length)]);
    Bytes.put8(body, 1, random.nextInt(6) == 0 ? random.nextInt(20) : 0);
    Bytes.put32(body, 4, random.nextInt());
    System.arraycopy(data, 0, body, 8, data.length);
    return new Body(v4 ? 1 : 58, body, 2, !v4);
  }
}
