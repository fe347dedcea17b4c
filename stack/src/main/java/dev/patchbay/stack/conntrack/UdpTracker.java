package dev.patchbay.stack.conntrack;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;

/**
 * Datagrams of UDP and UDP-Lite (Linux: {@code nf_conntrack_udp_packet}): what goes both ways for
 * more than two seconds is a stream, which lives longer and is not given up for a new one.
 */
final class UdpTracker implements ProtocolTracker {
  private static final int HEADER = 8;

  /** ns. */
  private static final long STREAM_AFTER = 2_000_000_000L;

  private final Conntrack conntrack;
  private final Settings settings;

  UdpTracker(Conntrack conntrack) {
    this.conntrack = conntrack;
    settings = conntrack.settings();
  }

  @Override
  public Answer packet(Connection c, PacketFields p, int info) {
    if (!isWellFormed(p)) {
      return Answer.INVALID;
    }
    int way = TrackingInfo.direction(info);
    if (!c.has(Connection.CONFIRMED)) {
      c.streamFrom = p.now + STREAM_AFTER;
    }
    if (!c.has(Connection.SEEN_REPLY)) {
      conntrack.refresh(c, p, way, settings.udp);
      return Answer.VALID;
    }
    boolean stream = p.now - c.streamFrom > 0;
    conntrack.refresh(c, p, way, stream ? settings.udpStream : settings.udp);
    if (stream && !c.has(Connection.ASSURED)) {
      c.status |= Connection.ASSURED;
      conntrack.note(c, ConntrackListener.ASSURED);
    }
    return Answer.VALID;
  }

  /** {@code udp_error}, {@code udplite_error}. */
  private boolean isWellFormed(PacketFields p) {
    Packet packet = p.packet();
    int there = packet.tail - p.transport;
    if (there < HEADER) {
      return false;
    }
    int length = Bytes.u16(packet.data, p.transport + 4);
    if (p.protocol == IpProtocol.UDPLITE) {
      boolean covered = length == 0 || length >= HEADER && length <= there;
      return covered
          && Bytes.u16(packet.data, p.transport + 6) != 0
          && conntrack.hasGoodChecksum(p);
    }
    if (length < HEADER || length > there) {
      return false;
    }
    return Bytes.u16(packet.data, p.transport + 6) == 0 || conntrack.hasGoodChecksum(p);
  }
}
