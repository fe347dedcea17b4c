package dev.patchbay.backend.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One port of the appliance and the cable to one guest's network card.
 *
 * @param source where it was written
 * @param kind which side opens what
 * @param address where the cable ends
 * @param name the device name, 1 to 15 of {@code [A-Za-z0-9_.-]}; empty only until {@link
 *     ConfigBuilder#build()} has given one
 * @param mac the address expected of the guest, or null
 * @param netns the network namespace of its port; empty for the appliance's own, where it is a port
 *     of br0
 * @param mtu in bytes, {@value #MIN_MTU} to {@value #MAX_MTU}; empty: {@link DaemonConfig#mtu()}
 * @param qmp the unix socket of the guest's QMP server, absolute, or null
 * @param ncsi what it answers to NC-SI
 * @param allow who may connect, where the address is TCP and not loopback; else empty
 */
public record Attachment(
    Source source,
    Kind kind,
    PlugAddress address,
    String name,
    @Nullable MacAddress mac,
    String netns,
    OptionalInt mtu,
    @Nullable Path qmp,
    Ncsi ncsi,
    List<Cidr> allow) {
  /** The least MTU in bytes, that of IPv4's guaranteed datagram (RFC 791). */
  public static final int MIN_MTU = 576;

  /** The greatest MTU in bytes: 65535 rounded down to 16, as other user-mode networks have it. */
  public static final int MAX_MTU = 65520;

  /** Which side opens what. */
  public enum Kind {
    /** QEMU connects to us. */
    LISTEN,
    /** We connect to QEMU. */
    CONNECT,
    /** Datagrams between two addresses. */
    DGRAM,
    /** Datagrams of a multicast group. */
    MCAST,
    /** A TAP interface of the host. */
    TAP;

    /** The word: of the option without dashes, of the configuration file, of {@code ready}. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Takes a copy of the list. */
  public Attachment {
    allow = List.copyOf(allow);
  }

  /** The same with a name. */
  public Attachment withName(String given) {
    return new Attachment(source, kind, address, given, mac, netns, mtu, qmp, ncsi, allow);
  }

  /**
   * A TAP interface of the host that a word has joined.
   *
   * @param name its port's
   */
  public static Attachment ofTap(String ifname, String name) {
    return new Attachment(
        Source.DEFAULT,
        Kind.TAP,
        new PlugAddress.Tap(ifname),
        name,
        null,
        "",
        OptionalInt.empty(),
        null,
        Ncsi.NONE,
        List.of());
  }

  /**
   * What there is when no attachment was asked for: {@code net0}, listening on {@code
   * DIR/net0.sock}.
   *
   * @param dir the instance's directory, absolute
   */
  public static Attachment standard(Path dir) {
    return new Attachment(
        Source.DEFAULT,
        Kind.LISTEN,
        new PlugAddress.Unix(dir.resolve("net0.sock")),
        "net0",
        null,
        "",
        OptionalInt.empty(),
        null,
        Ncsi.DEFAULT,
        List.of());
  }
}
