package dev.patchbay.stack.netfilter.log;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.Ethernet;
import dev.patchbay.stack.wire.InternetChecksum;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The groups of NFLOG of one namespace and who listens to them; of its loop's thread. A packet is
 * given as one message of {@code LINKTYPE_NFLOG}: family, version and group, then attributes of
 * {@code nfnetlink_log}, whose lengths and types are little-endian. Where nobody listens it costs a
 * comparison.
 */
public final class LogGroups {
  /** Takes messages. */
  @FunctionalInterface
  public interface Listener {
    /** A packet of the group; the bytes are valid during the call. */
    void logged(byte[] message, int length);
  }

  private record Entry(int group, Listener listener) {}

  /** {@code enum nfulnl_attr_type}. */
  private static final int PACKET_HEADER = 1;

  private static final int MARK = 2;
  private static final int INDEX_IN = 4;
  private static final int INDEX_OUT = 5;
  private static final int INDEX_PHYSICAL_IN = 6;
  private static final int INDEX_PHYSICAL_OUT = 7;
  private static final int HARDWARE_ADDRESS = 8;
  private static final int PAYLOAD = 9;
  private static final int PREFIX = 10;
  private static final int HARDWARE_TYPE = 15;
  private static final int HARDWARE_HEADER = 16;
  private static final int HARDWARE_LENGTH = 17;

  private static final int FAMILY_IPV4 = 2;
  private static final int FAMILY_IPV6 = 10;
  private static final int ARPHRD_ETHER = 1;

  /** All attributes but the payload, at most, with their padding. */
  private static final int HEAD = 512;

  /** Bytes of a packet that a message has at most; an attribute's length has 16 bits. */
  private static final int MOST = 0xffff - 4;

  private final List<Entry> entries = new ArrayList<>();
  private byte[] message = {};
  private int length;

  /** The group that a capture means by {@code nflog:N}, -1 for another name. */
  public static int group(String name) {
    if (!name.matches("nflog:(0|[1-9][0-9]{0,4})")) {
      return -1;
    }
    int group = Integer.parseInt(name.substring("nflog:".length()));
    return group <= 0xffff ? group : -1;
  }

  /** Listens to a group, 0 to 65535. */
  public void listen(int group, Listener listener) {
    entries.add(new Entry(group, listener));
    if (message.length == 0) {
      message = new byte[HEAD + MOST + 4];
    }
  }

  /** Listens no more. */
  public void ignore(int group, Listener listener) {
    entries.removeIf(entry -> entry.group == group && entry.listener.equals(listener));
  }

  /**
   * Shows a packet to who listens.
   *
   * @param prefix what the rule says of it, 127 bytes at most
   * @param size bytes of the packet, from its IP header on; -1 for all
   */
  public void log(PacketFields p, int group, byte[] prefix, long size) {
    boolean made = false;
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      if (entry.group == group) {
        if (!made) {
          make(p, group, prefix, size);
          made = true;
        }
        entry.listener.logged(message, length);
      }
    }
  }

  /** The device by which it came in: told in POSTROUTING too, where rules do not ask for it. */
  static @Nullable NetDevice cameBy(PacketFields p) {
    return p.in == null && p.hook == Hook.POSTROUTING ? p.packet().device : p.in;
  }

  private void make(PacketFields p, int group, byte[] prefix, long size) {
    Packet packet = p.packet();
    NetDevice in = cameBy(p);
    length = 0;
    put8(p.v4 ? FAMILY_IPV4 : FAMILY_IPV6);
    put8(0);
    put16(group);
    begin(4, PACKET_HEADER);
    put16(p.v4 ? EtherType.IPV4 : EtherType.IPV6);
    put8(p.hook.ordinal());
    put8(0);
    if (prefix.length > 0) {
      begin(prefix.length + 1, PREFIX);
      bytes(prefix, 0, prefix.length);
      put8(0);
      pad();
    }
    index(INDEX_IN, in);
    index(INDEX_OUT, p.out);
    index(INDEX_PHYSICAL_IN, p.physicalIn);
    index(INDEX_PHYSICAL_OUT, p.physicalOut);
    if (packet.mark != 0) {
      begin(4, MARK);
      put32(packet.mark);
    }
    link(packet, in);
    int most = (int) Math.min(packet.tail - packet.l3, size < 0 ? MOST : Math.min(size, MOST));
    if (most > 0) {
      begin(most, PAYLOAD);
      int at = length;
      bytes(packet.data, packet.l3, most);
      complete(packet, at, most);
      pad();
    }
  }

  /** The header of the frame in which it came. */
  private void link(Packet packet, @Nullable NetDevice in) {
    if (in == null || !in.isEthernet() || packet.l2 < 0) {
      return;
    }
    begin(12, HARDWARE_ADDRESS);
    put16(6);
    put16(0);
    bytes(packet.data, packet.l2 + 6, 6);
    put16(0);
    begin(2, HARDWARE_TYPE);
    put16(ARPHRD_ETHER);
    pad();
    begin(2, HARDWARE_LENGTH);
    put16(Ethernet.LENGTH);
    pad();
    begin(Ethernet.LENGTH, HARDWARE_HEADER);
    bytes(packet.data, packet.l2, Ethernet.LENGTH);
    pad();
  }

  private void index(int type, @Nullable NetDevice device) {
    if (device != null) {
      begin(4, type);
      put32(device.index());
    }
  }

  /** Fills the transport checksum in that is left to a device, where all of it is there. */
  private void complete(Packet packet, int at, int count) {
    int from = packet.checksumStart - packet.l3;
    boolean whole = count == packet.tail - packet.l3 && from >= 0;
    if (packet.checksumState == Packet.CHECKSUM_PARTIAL && whole) {
      long sum = InternetChecksum.sum(message, at + from, count - from);
      boolean udp = packet.checksumOffset == 6;
      int value = udp ? InternetChecksum.finishUdp(sum) : InternetChecksum.finish(sum);
      Bytes.put16(message, at + from + packet.checksumOffset, value);
    }
  }

  /** An attribute's head, for so many bytes. */
  private void begin(int octets, int type) {
    put8(octets + 4 & 0xff);
    put8(octets + 4 >>> 8);
    put8(type);
    put8(0);
  }

  private void pad() {
    while ((length & 3) != 0) {
      put8(0);
    }
  }

  private void bytes(byte[] from, int at, int count) {
    System.arraycopy(from, at, message, length, count);
    length += count;
  }

  private void put8(int value) {
    message[length++] = (byte) value;
  }

  private void put16(int value) {
    Bytes.put16(message, length, value);
    length += 2;
  }

  private void put32(int value) {
    Bytes.put32(message, length, value);
    length += 4;
  }
}
