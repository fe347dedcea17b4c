package dev.patchbay.stack.admin.ss;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.ip.ReceiveBuffer;
import dev.patchbay.stack.raw.PacketSocket;
import dev.patchbay.stack.raw.RawSocket;
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
 * @param table {@code p_raw}, {@code p_dgr}, {@code raw}, {@code udp} or {@code tcp}
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
  private static final List<String> TABLES = List.of("raw", "udp", "tcp");

  /**
   * Those of a namespace: packet sockets as they were opened (their port is the device's index),
   * raw ones (their port is the protocol), UDP, then TCP; of each IPv4 first, then listeners, then
   * by address. As on Linux, sockets of UDP-Lite and ping are not listed.
   */
  static List<SsSocket> all(NetworkStack stack) {
    List<SsSocket> all = new ArrayList<>();
    for (RawSocket socket : stack.raw().sockets()) {
      all.add(of(socket));
    }
    for (UdpSocket socket : stack.udp().sockets()) {
      // Linux lists its table of ports, where an unbound one is not yet
      if (socket.localPort() != 0) {
        all.add(of(socket));
      }
    }
    for (TcpEntry entry : TcpReport.of(stack.tcp())) {
      all.add(of(entry));
    }
    all.sort(
        Comparator.comparing((SsSocket s) -> TABLES.indexOf(s.table))
            .thenComparing(s -> !s.isV4())
            .thenComparing(s -> s.state != TcpState.LISTEN)
            .thenComparing(SsSocket::local)
            .thenComparing(SsSocket::localPort)
            .thenComparing(SsSocket::remote)
            .thenComparing(SsSocket::remotePort));
    List<SsSocket> packets = new ArrayList<>();
    for (PacketSocket socket : stack.packets().sockets()) {
      packets.add(of(socket));
    }
    packets.addAll(all);
    return packets;
  }

  private static SsSocket of(PacketSocket socket) {
    NetDevice device = socket.device();
    return new SsSocket(
        socket,
        socket.hasHeader() ? "p_raw" : "p_dgr",
        TcpState.CLOSED,
        IpAddress.ANY4,
        device == null ? 0 : device.index(),
        IpAddress.ANY4,
        0,
        device,
        null);
  }

  /** The packet socket that it is, or null. */
  @Nullable PacketSocket packet() {
    return identity instanceof PacketSocket socket ? socket : null;
  }

  private static SsSocket of(RawSocket socket) {
    IpAddress local = new IpAddress(socket.localHi(), socket.localLo());
    return new SsSocket(
        socket,
        "raw",
        socket.isConnected() ? TcpState.ESTABLISHED : TcpState.CLOSED,
        local,
        socket.protocol(),
        new IpAddress(socket.remoteHi(), socket.remoteLo()),
        0,
        socket.options().device,
        null);
  }

  private static SsSocket of(UdpSocket socket) {
    IpAddress local = new IpAddress(socket.localHi(), socket.localLo());
    return new SsSocket(
        socket,
        "udp",
        socket.isConnected() ? TcpState.ESTABLISHED : TcpState.CLOSED,
        local,
        socket.localPort(),
        socket.isConnected()
            ? new IpAddress(socket.remoteHi(), socket.remoteLo())
            : local.isV4() ? IpAddress.ANY4 : IpAddress.ANY6,
        socket.remotePort(),
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

  /** Bytes that wait to be read: of TCP those of the stream, else memory. */
  int receiveQueue() {
    if (tcp != null) {
      return tcp.receiveQueue();
    }
    ReceiveBuffer buffer =
        switch (identity) {
          case UdpSocket udp -> udp.receiveBuffer();
          case RawSocket raw -> raw.receiveBuffer();
          case PacketSocket packet -> packet.receiveBuffer();
          default -> null;
        };
    return buffer == null ? 0 : (int) buffer.charge();
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
