package dev.patchbay.stack.packet;

import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.EtherType;
import dev.patchbay.stack.wire.Ethernet;

/**
 * The outer VLAN tag of a packet (IEEE 802.1Q clause 9; Linux: {@code skb_vlan_untag}, {@code
 * __vlan_hwaccel_put_tag}, {@code skb_vlan_push}). A frame has it beside its bytes, in {@link
 * Packet#vlanProtocol} and {@link Packet#vlanTci}, from the device by which it comes in to the one
 * that writes it into a cable; a second, inner tag stays in the bytes.
 */
public final class VlanTag {
  /** Bytes of a tag in a frame. */
  public static final int LENGTH = 4;

  /** The bits of the VLAN id in the TCI. */
  public static final int ID_MASK = 0xfff;

  private static final int ADDRESSES = 12;

  private VlanTag() {}

  /** Whether frames of this EtherType begin with a tag: 802.1Q or 802.1ad. */
  public static boolean isTag(int etherType) {
    return etherType == EtherType.VLAN || etherType == EtherType.QINQ;
  }

  /** The VLAN id beside the bytes, 0 for none or for a priority tag. */
  public static int id(Packet packet) {
    return packet.vlanTci & ID_MASK;
  }

  /** Puts a tag beside the bytes; one that was there is lost. */
  public static void set(Packet packet, int protocol, int tci) {
    packet.vlanProtocol = protocol;
    packet.vlanTci = tci;
  }

  /** Forgets the tag beside the bytes. */
  public static void clear(Packet packet) {
    packet.vlanProtocol = 0;
    packet.vlanTci = 0;
  }

  /**
   * Takes a tag from the bytes and lays it beside them, where there is none yet; {@link Packet#l2},
   * {@link Packet#head} and {@link Packet#l3} are right afterwards. The head must be the Ethernet
   * header.
   *
   * @return false where the tag is cut short; nothing was changed then
   */
  public static boolean takeOff(Packet packet) {
    byte[] data = packet.data;
    int at = packet.head;
    if (packet.vlanProtocol != 0
        || packet.tail - at < Ethernet.LENGTH
        || !isTag(Bytes.u16(data, at + ADDRESSES))) {
      return true;
    }
    if (packet.tail - at < Ethernet.LENGTH + LENGTH + 2) { // as Linux: two octets behind it
      return false;
    }
    packet.vlanProtocol = Bytes.u16(data, at + ADDRESSES);
    packet.vlanTci = Bytes.u16(data, at + ADDRESSES + 2);
    System.arraycopy(data, at, data, at + LENGTH, ADDRESSES);
    packet.head = at + LENGTH;
    packet.l2 = packet.head;
    packet.l3 = packet.head + Ethernet.LENGTH;
    return true;
  }

  /**
   * Finds the network header behind the Ethernet header at the head. Of an offloaded packet with an
   * inner tag in its bytes it is known, and stays: what cuts it needs the header itself.
   */
  public static void findNetwork(Packet packet) {
    boolean inner = false;
    if (packet.gsoType != Packet.GSO_NONE) {
      int type = Bytes.u16(packet.data, packet.head + ADDRESSES);
      inner = type == EtherType.VLAN || type == EtherType.QINQ;
    }
    if (!inner) {
      packet.l3 = packet.head + Ethernet.LENGTH;
    }
  }

  /**
   * Puts the tag that is beside the bytes into them, in front of the EtherType; there is none
   * beside them afterwards. {@link Packet#l3} stays the network header's place.
   *
   * @return false where there is no room before the head; nothing was changed then
   */
  public static boolean putIn(Packet packet) {
    if (packet.vlanProtocol == 0) {
      return true;
    }
    if (packet.headroom() < LENGTH) {
      return false;
    }
    byte[] data = packet.data;
    int at = packet.head - LENGTH;
    System.arraycopy(data, packet.head, data, at, ADDRESSES);
    Bytes.put16(data, at + ADDRESSES, packet.vlanProtocol);
    Bytes.put16(data, at + ADDRESSES + 2, packet.vlanTci);
    packet.head = at;
    packet.l2 = at;
    clear(packet);
    return true;
  }
}
