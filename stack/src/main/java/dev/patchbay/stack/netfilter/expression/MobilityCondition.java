package dev.patchbay.stack.netfilter.expression;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;

/**
 * A mobility header is of some types (RFC 6275 section 6.1.1; {@code mh_mt6}). A packet that is cut
 * short, or has something behind the header, is dropped.
 */
public final class MobilityCondition extends Condition {
  private static final int HEADER = 6;

  private final int low;
  private final int high;
  private final boolean inverted;

  /** A condition; both ends are included, 0 to 255. */
  public MobilityCondition(int low, int high, boolean inverted) {
    this.low = low;
    this.high = high;
    this.inverted = inverted;
  }

  @Override
  public boolean holds(PacketFields p) {
    if (!p.hasTransport(HEADER)) {
      return false;
    }
    Packet packet = p.packet();
    if (Bytes.u8(packet.data, p.transport) != IpProtocol.NONE) {
      p.hotDrop = true;
      return false;
    }
    int type = Bytes.u8(packet.data, p.transport + 2);
    return (type >= low && type <= high) != inverted;
  }
}
