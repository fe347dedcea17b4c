package dev.patchbay.stack.raw;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.icmp.IcmpError;
import dev.patchbay.stack.ip.DatagramListener;
import dev.patchbay.stack.packet.Packet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The raw sockets of a namespace by family and protocol (Linux: {@code raw_v4_hashinfo}). */
public final class RawEngine {
  private final NetworkStack stack;
  private final @Nullable List<RawSocket>[] sockets4;
  private final @Nullable List<RawSocket>[] sockets6;
  private int open;

  /** Nothing is open yet. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  public RawEngine(NetworkStack stack) {
    this.stack = stack;
    sockets4 = new List[256];
    sockets6 = new List[256];
  }

  private @Nullable List<RawSocket>[] table(boolean v4) {
    return v4 ? sockets4 : sockets6;
  }

  /**
   * A raw socket, which receives from now on.
   *
   * @param protocol 1 to 255; 255 (IPPROTO_RAW) sends only, with the user's headers
   */
  public RawSocket open(boolean v4, int protocol, DatagramListener listener) {
    RawSocket socket = new RawSocket(stack, this, v4, protocol, listener);
    List<RawSocket> there = table(v4)[protocol];
    List<RawSocket> more = there == null ? new ArrayList<>(1) : new ArrayList<>(there);
    more.add(socket);
    table(v4)[protocol] = more;
    open++;
    return socket;
  }

  void close(RawSocket socket) {
    List<RawSocket> there = table(socket.isV4())[socket.protocol()];
    if (there != null && there.contains(socket)) {
      // a copy: whoever is told of a packet may close others while it goes round
      List<RawSocket> left = new ArrayList<>(there);
      left.remove(socket);
      table(socket.isV4())[socket.protocol()] = left.isEmpty() ? null : left;
      open--;
    }
  }

  /** Sockets that are open, a copy. */
  public List<RawSocket> sockets() {
    List<RawSocket> all = new ArrayList<>(open);
    for (boolean v4 : new boolean[] {true, false}) {
      for (List<RawSocket> some : table(v4)) {
        if (some != null) {
          all.addAll(some);
        }
      }
    }
    return all;
  }

  /**
   * Gives each socket that fits a copy of a packet for us ({@code raw_local_deliver}); the packet
   * stays the caller's.
   *
   * @return whether there is one, so that the protocol is not unknown
   */
  public boolean deliver(Packet packet) {
    if (open == 0) {
      return false;
    }
    List<RawSocket> there = table(packet.isIpv4())[packet.protocol];
    boolean taken = false;
    for (int i = 0; there != null && i < there.size(); i++) {
      RawSocket socket = there.get(i);
      if (socket.fits(packet)) {
        taken = true;
        socket.receive(packet);
      }
    }
    return taken;
  }

  /** An ICMP error: it concerns each socket that could have sent the packet ({@code raw_err}). */
  public void icmpError(IcmpError error) {
    List<RawSocket> there = open == 0 ? null : table(error.isV4())[error.protocol];
    for (int i = 0; there != null && i < there.size(); i++) {
      there.get(i).icmpError(error);
    }
  }
}
