package dev.patchbay.backend.uplink;

import dev.patchbay.backend.sys.DatagramReader;
import dev.patchbay.backend.sys.Fd;
import dev.patchbay.backend.sys.FdHandle;
import dev.patchbay.backend.sys.Linux;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.tcp.IncomingSyn;
import dev.patchbay.stack.wire.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * A connect of the host for a parked SYN. When it ends, the guest gets what it would get from the
 * world: SYN-ACK, RST, the ICMP error that a router sent, or silence.
 *
 * <p>Afterwards it only passes the descriptor's events on to the {@link TcpFlow}, since a handle
 * keeps its listener.
 */
final class HostConnect implements FdHandle.Listener {
  private final TcpRelay relay;
  private final Shared shared;
  private final IncomingSyn syn;
  private final GuestLimits.Guest guest;
  private final FdHandle handle;
  private @Nullable TcpFlow flow;

  HostConnect(TcpRelay relay, IncomingSyn syn, GuestLimits.Guest guest, int fd) {
    this.relay = relay;
    this.shared = relay.shared;
    this.syn = syn;
    this.guest = guest;
    handle = shared.io.open(fd, this);
    syn.onAbandoned(this::abandoned);
    handle.setWritable(true);
  }

  private void abandoned() {
    shared.counters.tcpAbandoned++;
    handle.close();
    shared.limits.give(GuestLimits.Kind.TCP, guest);
  }

  @Override
  public void onReadable(FdHandle h) {
    TcpFlow f = flow;
    if (f != null) {
      f.onReadable(h);
    }
  }

  @Override
  public void onError(FdHandle h, int events) {
    // while connecting onWritable follows, with the error still to be read
    TcpFlow f = flow;
    if (f != null) {
      f.onError(h, events);
    }
  }

  @Override
  public void onWritable(FdHandle h) {
    TcpFlow f = flow;
    if (f != null) {
      f.onWritable(h);
      return;
    }
    int errno = Fd.socketError(h.number());
    if (errno != 0) {
      fail(errno);
      return;
    }
    h.setWritable(false);
    flow = relay.connected(syn, guest, h);
  }

  private void fail(int errno) {
    boolean told = tellRouterError();
    handle.close();
    shared.limits.give(GuestLimits.Kind.TCP, guest);
    if (told) {
      shared.counters.tcpFailed++;
      syn.drop();
    } else {
      refuse(shared, syn, errno);
    }
  }

  /** Passes the ICMP error on that ended the connect, if one did. */
  private boolean tellRouterError() {
    DatagramReader errors = shared.errors;
    int n = errors.receiveErrors(handle.number());
    for (int i = 0; i < n; i++) {
      errors.select(i);
      int origin = errors.errorOrigin();
      if (origin != Linux.SO_EE_ORIGIN_ICMP && origin != Linux.SO_EE_ORIGIN_ICMP6) {
        continue;
      }
      long hi = errors.offender().hi();
      long lo = errors.offender().lo();
      if (!errors.offender().isSet() || Addresses.isLoopback(hi, lo)) {
        hi = syn.destinationHi();
        lo = syn.destinationLo();
      }
      byte[] quote = syn.quotation();
      int typeAndCode = errors.errorType() << 8 | errors.errorCode();
      shared.emitter.icmp(quote, 0, quote.length, typeAndCode, errors.errorInfo(), hi, lo);
      return true;
    }
    return false;
  }

  /** Decides a SYN whose connect failed with {@code errno}, as the world would have answered it. */
  static void refuse(Shared shared, IncomingSyn syn, int errno) {
    switch (errno) {
      case Errno.ECONNREFUSED, Errno.ECONNRESET -> {
        shared.counters.tcpRefused++;
        syn.reject();
        return;
      }
      case Errno.ENETUNREACH, Errno.EAFNOSUPPORT -> unreachable(shared, syn, 0, 0);
      case Errno.EHOSTUNREACH, Errno.EHOSTDOWN -> unreachable(shared, syn, 1, 3);
      case Errno.EACCES, Errno.EPERM -> unreachable(shared, syn, 13, 1);
      // the world was silent, so are we; the guest's own time-out has come or is near
      case Errno.ETIMEDOUT -> {}
      // no descriptors, ports or memory now: the guest's next SYN may find some
      default -> shared.counters.hostErrors++;
    }
    shared.counters.tcpFailed++;
    syn.drop();
  }

  private static void unreachable(Shared shared, IncomingSyn syn, int code4, int code6) {
    long hi = syn.destinationHi();
    long lo = syn.destinationLo();
    boolean v4 = Addresses.isV4(hi, lo);
    if (!shared.inside.isLocal(hi, lo)) {
      IpAddress gateway = shared.inside.gateway(new IpAddress(syn.sourceHi(), syn.sourceLo()));
      hi = gateway.hi();
      lo = gateway.lo();
    }
    byte[] quote = syn.quotation();
    int typeAndCode = v4 ? 3 << 8 | code4 : 1 << 8 | code6;
    shared.emitter.icmp(quote, 0, quote.length, typeAndCode, 0, hi, lo);
  }
}
