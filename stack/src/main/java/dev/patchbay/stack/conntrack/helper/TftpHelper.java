package dev.patchbay.stack.conntrack.helper;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.Conntrack;
import dev.patchbay.stack.conntrack.Expectation;
import dev.patchbay.stack.conntrack.Helper;
import dev.patchbay.stack.conntrack.Tuple;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Udp;

/**
 * TFTP (RFC 1350): a request to port 69 is answered from another port, to the port that it came
 * from.
 */
public final class TftpHelper implements Helper {
  private static final int READ = 1;
  private static final int WRITE = 2;

  /** Seconds that an answer is waited for. */
  private static final int PATIENCE = 300;

  private final Conntrack conntrack;
  private final Tuple tuple = new Tuple();

  public TftpHelper(Conntrack conntrack) {
    this.conntrack = conntrack;
  }

  @Override
  public String name() {
    return "tftp";
  }

  @Override
  public int protocol() {
    return IpProtocol.UDP;
  }

  @Override
  public boolean read(PacketFields p, Connection connection, int info) {
    int at = p.transport + Udp.LENGTH;
    if (p.laterFragment || at + 2 > p.packet().tail) {
      return true;
    }
    int operation = Bytes.u16(p.packet().data, at);
    if (operation != READ && operation != WRITE) {
      return true;
    }
    Expectation e = new Expectation(connection);
    e.most = 1;
    e.tuple.set(connection.tuple(Connection.REPLY, tuple));
    e.tuple.source = 0;
    if ((connection.status & (Connection.SRC_NAT | Connection.DST_NAT)) != 0) {
      e.savedPort = connection.tuple(Connection.ORIGINAL, tuple).source;
      e.direction = Connection.REPLY;
      e.followsMaster = true;
    }
    return conntrack.expectations().add(e, PATIENCE);
  }
}
