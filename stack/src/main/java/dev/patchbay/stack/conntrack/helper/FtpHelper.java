package dev.patchbay.stack.conntrack.helper;

import dev.patchbay.stack.conntrack.Connection;
import dev.patchbay.stack.conntrack.Conntrack;
import dev.patchbay.stack.conntrack.Expectation;
import dev.patchbay.stack.conntrack.Helper;
import dev.patchbay.stack.conntrack.TrackingInfo;
import dev.patchbay.stack.conntrack.Tuple;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Tcp;

/**
 * FTP (RFC 959, RFC 2428): the control connection names the address and port of each transfer's
 * connection, the client's in PORT and EPRT, the server's in the answers to PASV and EPSV. Who
 * names another's address is not believed, so that nobody opens a way to others.
 *
 * <p>A command counts where it begins a line: where the last line ended is remembered by its
 * sequence number. One that is cut short by the end of the segment is dropped, as Linux drops it:
 * its sender sends it again.
 */
public final class FtpHelper implements Helper {
  /** Seconds that a connection is waited for. */
  private static final int PATIENCE = 300;

  /** So many ports are tried for one that nobody else waits for. */
  private static final int ATTEMPTS = 128;

  private final Conntrack conntrack;
  private final FtpCommand command = new FtpCommand();
  private final TextChange change;
  private final Tuple own = new Tuple();
  private final Tuple other = new Tuple();

  public FtpHelper(Conntrack conntrack) {
    this.conntrack = conntrack;
    change = new TextChange(conntrack);
  }

  @Override
  public String name() {
    return "ftp";
  }

  @Override
  public int protocol() {
    return IpProtocol.TCP;
  }

  @Override
  public boolean read(PacketFields p, Connection c, int info) {
    if (info != TrackingInfo.ESTABLISHED && info != TrackingInfo.ESTABLISHED_REPLY) {
      return true;
    }
    byte[] b = p.packet().data;
    Tcp tcp = p.packet().tcp().wrap(b, p.transport);
    int from = p.transport + tcp.headerLength();
    int tail = p.packet().tail;
    if (from >= tail) {
      return true;
    }
    FtpLines lines = FtpLines.of(c);
    int way = TrackingInfo.direction(info);
    boolean endsLine = b[tail - 1] == '\n';
    int next = tcp.sequence() + tail - from;
    if (lines.begins(way, tcp.sequence())) {
      c.tuple(way, own);
      switch (command.find(b, from, tail, way, own)) {
        case CUT -> {
          return false;
        }
        case FOUND -> {
          if (command.isOf(own) && !expect(p, c, way, from)) {
            return false;
          }
        }
        case NONE -> {
          // another command
        }
      }
    }
    if (endsLine) {
      lines.ended(way, next);
    }
    return true;
  }

  /** Waits for what the command announces; false where that cannot be. */
  private boolean expect(PacketFields p, Connection c, int way, int from) {
    c.tuple(1 - way, other);
    Expectation e = new Expectation(c);
    e.most = 1;
    e.tuple.set(other);
    e.tuple.source = 0;
    e.tuple.destination = command.port;
    if ((c.status & (Connection.SRC_NAT | Connection.DST_NAT)) == 0) {
      return conntrack.expectations().add(e, PATIENCE);
    }
    e.savedPort = command.port;
    e.direction = 1 - way;
    e.followsMaster = true;
    int last = Math.min(command.port + ATTEMPTS, 0xffff);
    boolean waits = false;
    for (int port = command.port; !waits && port <= last; port++) {
      e.tuple.destination = port;
      waits = conntrack.expectations().add(e, PATIENCE);
      if (!waits && conntrack.expectations().isFull()) {
        return false;
      }
    }
    if (!waits) {
      return false;
    }
    int length = command.write(other.dstHi, other.dstLo, e.tuple.destination);
    if (change.tcp(p, c, way, from + command.offset, command.length, command.text, length)) {
      return true;
    }
    conntrack.expectations().remove(e);
    return false;
  }
}
