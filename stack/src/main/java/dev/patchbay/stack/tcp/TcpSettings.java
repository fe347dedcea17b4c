package dev.patchbay.stack.tcp;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.packet.Packet;
import org.jspecify.annotations.Nullable;

/**
 * What a user may set of a connection beyond {@link TcpSocket}'s own methods: the socket layer's
 * options. Plain fields, read whenever they are needed; set right after {@link TcpEngine#connect}
 * or {@link IncomingSyn#accept} they hold for the SYN too, which leaves at the end of the turn.
 * Times in ns.
 */
public final class TcpSettings {
  /** The only device to use ({@code SO_BINDTODEVICE}), null: as the routes say. */
  public @Nullable NetDevice device;

  /** Mark of what is sent ({@code SO_MARK}). */
  public int mark;

  /** Queueing priority of what is sent ({@code SO_PRIORITY}). */
  public int priority;

  /** {@code SO_REUSEADDR}: its local end may be bound again. */
  public boolean reuseAddress;

  /** {@code SO_REUSEPORT}. */
  public boolean reusePort;

  /**
   * Segments that are not full wait, 200 ms at most where nothing is in flight ({@code TCP_CORK}).
   */
  public boolean cork;

  /** What was written last is to be followed by more ({@code MSG_MORE}): as {@link #cork}. */
  public boolean more;

  /** Greatest MSS in both directions, 88 to 32767, 0: the path's ({@code TCP_MAXSEG}). */
  public int userMss;

  /** Retransmissions of the SYN, 0: the engine's ({@code TCP_SYNCNT}). */
  public int synRetries;

  /** Time in FIN-WAIT-2 after close, 0: the engine's; below 0: none ({@code TCP_LINGER2}). */
  public long finTimeout;

  /** Greatest window to offer, 0: no such limit ({@code TCP_WINDOW_CLAMP}). */
  public int windowClamp;

  /** ICMP errors are told by {@link TcpHandler#onError} ({@code IP_RECVERR}). */
  public boolean receiveErrors;

  /**
   * The last urgent byte is the user's to take out of line, as BSD has it ({@code SO_OOBINLINE}
   * off); RFC 6093 would have it in line.
   */
  public boolean urgentApart;

  /** What came and was not read can still be read after an error, until {@link TcpSocket#close}. */
  public boolean keepUnread;

  /** Of those who ask for nothing; never written to. */
  static final TcpSettings DEFAULTS = new TcpSettings();

  /** Of children of a listener with SO_REUSEADDR, which every service sets; never written to. */
  static final TcpSettings PASSIVE = passive();

  private TcpSettings() {}

  /** One of a connection's own, as another one. */
  TcpSettings(TcpSettings from) {
    reuseAddress = from.reuseAddress;
  }

  private static TcpSettings passive() {
    TcpSettings settings = new TcpSettings();
    settings.reuseAddress = true;
    return settings;
  }

  boolean isShared() {
    return equals(DEFAULTS) || equals(PASSIVE);
  }

  /** Tells the layers below how a packet is to leave. */
  void label(Packet packet) {
    packet.mark = mark;
    packet.device = device;
    packet.priority = priority;
  }

  boolean corked() {
    return cork || more;
  }

  long finTimeout(TcpConfig config) {
    return finTimeout > 0 ? finTimeout : config.finTimeout;
  }
}
