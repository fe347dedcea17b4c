package dev.patchbay.stack.admin;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.tcp.TcpEntry;
import dev.patchbay.stack.tcp.TcpReport;
import dev.patchbay.stack.tcp.TcpState;
import dev.patchbay.stack.udp.UdpSocket;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A socket as a line of {@code ss}. A connection over IPv4 is of that family also where its
 * listener takes both.
 *
 * @param identity the object itself
 * @param table {@code udp} or {@code tcp}
 * @param tcp more about one of TCP, else null
 */
record SsSocket(
    Object identity,
    String table,
    TcpState state,
    IpAddress local,
    int localPort,
    IpAddress remote,
    int remotePort,
    @Nullable NetDevice device,
    @Nullable TcpEntry tcp) {

  /** Those of a namespace: UDP, then TCP; of each IPv4 first, then listeners, then by address. */
  static List<SsSocket> all(NetworkStack stack) {
    List<SsSocket> all = new ArrayList<>();
    for (UdpSocket socket : stack.udp().sockets()) {
      all.add(of(socket));
    }
    for (TcpEntry entry : TcpReport.of(stack.tcp())) {
      all.add(of(entry));
    }
    all.sort(
        Comparator.comparing((SsSocket s) -> s.table.equals("tcp"))
            .thenComparing(s -> !s.isV4())
            .thenComparing(s -> s.state != TcpState.LISTEN)
            .thenComparing(SsSocket::local)
            .thenComparing(SsSocket::localPort)
            .thenComparing(SsSocket::remote)
            .thenComparing(SsSocket::remotePort));
    return all;
  }

  private static SsSocket of(UdpSocket socket) {
    IpAddress local = new IpAddress(socket.localHi(), socket.localLo());
    return new SsSocket(
        socket,
        "udp",
        TcpState.CLOSED,
        local,
        socket.localPort(),
        local.isV4() ? IpAddress.ANY4 : IpAddress.ANY6,
        0,
        socket.device(),
        null);
  }

  private static SsSocket of(TcpEntry entry) {
    IpAddress local = new IpAddress(entry.localHi(), entry.localLo());
    IpAddress any = local.isV4() ? IpAddress.ANY4 : IpAddress.ANY6;
    boolean listens = entry.state() == TcpState.LISTEN;
    return new SsSocket(
        entry.identity(),
        "tcp",
        entry.state(),
        local,
        entry.localPort(),
        listens ? any : new IpAddress(entry.remoteHi(), entry.remoteLo()),
        entry.remotePort(),
        null,
        entry);
  }

  boolean isV4() {
    return local.isV4();
  }

  /** Whether it waits on an address of IPv6, which takes nothing else ({@code inet6_bind}). */
  boolean onlySix() {
    boolean open = state == TcpState.LISTEN || state == TcpState.CLOSED;
    return open && !isV4() && !local.equals(IpAddress.ANY6);
  }

  /** The bit of its state in Linux's sets of states. */
  int stateBit() {
    return 1 << state.ordinal() + 1;
  }
}
