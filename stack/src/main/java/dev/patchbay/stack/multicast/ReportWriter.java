package dev.patchbay.stack.multicast;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Puts group records into reports of the newest version (RFC 3376 section 4.2, RFC 3810 section
 * 5.2), which differ in the length of addresses alone. A report never exceeds the device's MTU: a
 * longer list of sources is spread over several, or, where a record says EXCLUDE, cut short
 * (section 4.2.16).
 */
abstract class ReportWriter implements GroupMessages {
  /** Type, checksum, number of records. */
  static final int HEADER = 8;

  final NetworkStack stack;
  private final int addressLength;
  private final int overhead;
  private @Nullable Packet report;
  private int records;

  /**
   * @param addressLength 4 or 16
   * @param overhead bytes of the IP header with router alert
   */
  ReportWriter(NetworkStack stack, int addressLength, int overhead) {
    this.stack = stack;
    this.addressLength = addressLength;
    this.overhead = overhead;
  }

  private static boolean excludes(int type) {
    return type == MODE_IS_EXCLUDE || type == CHANGE_TO_EXCLUDE;
  }

  @Override
  public final void record(NetDevice device, int type, long hi, long lo, SourceFilter sources) {
    int head = 4 + addressLength;
    int room = device.mtu() - overhead - HEADER - head;
    int fit = Math.max(0, room / addressLength);
    int from = 0;
    do {
      int count = Math.min(sources.count() - from, fit);
      int length = head + count * addressLength;
      Packet packet = report;
      boolean full = packet != null && packet.tail - packet.l4 + length > device.mtu() - overhead;
      if (full) {
        flush(device);
        packet = null;
      }
      if (packet == null) {
        packet = begin(device);
        if (packet == null) {
          return;
        }
      }
      write(packet, type, hi, lo, sources, from, count);
      from += Math.max(count, 1);
    } while (from < sources.count() && !excludes(type));
  }

  private @Nullable Packet begin(NetDevice device) {
    Packet packet = stack.pool().acquire(Math.max(device.mtu() - overhead, HEADER));
    if (packet != null) {
      packet.l4 = packet.append(HEADER);
      Bytes.put64(packet.data, packet.l4, 0);
    }
    report = packet;
    records = 0;
    return packet;
  }

  private void write(
      Packet packet, int type, long hi, long lo, SourceFilter sources, int from, int count) {
    int at = packet.append(4 + addressLength + count * addressLength);
    Bytes.put8(packet.data, at, type);
    Bytes.put8(packet.data, at + 1, 0);
    Bytes.put16(packet.data, at + 2, count);
    at = address(packet.data, at + 4, hi, lo);
    for (int i = from; i < from + count; i++) {
      at = address(packet.data, at, sources.hi(i), sources.lo(i));
    }
    records++;
  }

  private int address(byte[] b, int at, long hi, long lo) {
    if (addressLength == 4) {
      Bytes.put32(b, at, (int) lo);
    } else {
      Bytes.put64(b, at, hi);
      Bytes.put64(b, at + 8, lo);
    }
    return at + addressLength;
  }

  @Override
  public final void flush(NetDevice device) {
    Packet packet = report;
    report = null;
    if (packet != null) {
      Bytes.put16(packet.data, packet.l4 + 6, records);
      send(packet, device);
    }
  }

  /** Fills type and checksum of a report (head at l4) and sends it to its group. */
  abstract void send(Packet packet, NetDevice device);
}
