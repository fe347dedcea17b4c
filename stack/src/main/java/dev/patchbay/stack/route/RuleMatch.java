package dev.patchbay.stack.route;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * Which packets a rule is for ({@code fib_rule_match}, {@code fib4_rule_match}, {@code
 * fib6_rule_match}).
 *
 * @param inverted for all others instead ({@code not})
 * @param from source
 * @param to destination
 * @param tos type of service, 0 for any
 * @param mark mark and the bits of it that count
 * @param input name of the device by which they came, {@code lo} for what is made here; null for
 *     any
 * @param output name of the device that a socket is bound to; null for any
 * @param transport protocol and ports
 */
public record RuleMatch(
    boolean inverted,
    Net from,
    Net to,
    int tos,
    Mark mark,
    @Nullable String input,
    @Nullable String output,
    Transport transport) {
  /** Bits of an IPv4 header that a route is looked up by ({@code IPTOS_RT_MASK}). */
  static final int TOS4 = 0x1c;

  /** Bits of the traffic class that rules of IPv6 see: without those of ECN. */
  private static final int DSCP = 0xfc;

  /** All packets. */
  public static final RuleMatch ALL =
      new RuleMatch(false, Net.ANY, Net.ANY, 0, Mark.ANY, null, null, Transport.ANY);

  /**
   * A prefix.
   *
   * @param address as it was written
   * @param length bits within the family, 0 for any
   */
  public record Net(IpAddress address, int length) {
    /** Every address. */
    public static final Net ANY = new Net(IpAddress.ANY6, 0);

    boolean contains(long hi, long lo) {
      int bits = address.isV4() ? length + 96 : length;
      return ((hi ^ address.hi()) & IpAddress.maskHi(bits)) == 0
          && ((lo ^ address.lo()) & IpAddress.maskLo(bits)) == 0;
    }
  }

  /**
   * A mark.
   *
   * @param mask which bits count, 0 for none
   */
  public record Mark(int value, int mask) {
    /** Every mark. */
    public static final Mark ANY = new Mark(0, 0);
  }

  /**
   * What stands above IP.
   *
   * @param protocol 0 for any
   * @param sport source ports
   * @param dport destination ports
   */
  public record Transport(int protocol, Ports sport, Ports dport) {
    /** Whatever. */
    public static final Transport ANY = new Transport(0, Ports.ANY, Ports.ANY);
  }

  /** A range of ports, both ends included; {@link #ANY} apart 1 to 65534 to be valid. */
  public record Ports(int first, int last) {
    /** All ports, and none. */
    public static final Ports ANY = new Ports(-1, -1);

    boolean isAny() {
      return first < 0;
    }

    /** {@code fib_rule_port_range_valid}. */
    boolean isValid() {
      return isAny() || first > 0 && last < 0xffff && first <= last;
    }

    boolean contains(int port) {
      return isAny() || first <= port && port <= last;
    }
  }

  /** Whether it looks above IP, so that packets must be looked into. */
  boolean needsPorts() {
    return !transport.equals(Transport.ANY);
  }

  boolean matches(FlowKey key, boolean v4) {
    return inverted != matchesSo(key, v4);
  }

  private boolean matchesSo(FlowKey key, boolean v4) {
    return (from.length == 0 || isFrom(key, v4))
        && (to.length == 0 || to.contains(key.dstHi, key.dstLo))
        && ((mark.value ^ key.mark) & mark.mask) == 0
        && (tos == 0 || tos == (key.tos & (v4 ? TOS4 : DSCP)))
        && (input == null || isInput(input, key.input))
        && (output == null || key.output != null && output.equals(key.output.name()))
        && (transport.protocol == 0 || transport.protocol == key.protocol)
        && transport.sport.contains(key.sourcePort)
        && transport.dport.contains(key.destinationPort);
  }

  /** IPv6's source is compared where there is one ({@code RT6_LOOKUP_F_HAS_SADDR}). */
  private boolean isFrom(FlowKey key, boolean v4) {
    return (v4 || !Addresses.isAny(key.srcHi, key.srcLo)) && from.contains(key.srcHi, key.srcLo);
  }

  /** What is made here has the loopback as its {@code flowi_iif}. */
  private static boolean isInput(String name, @Nullable NetDevice device) {
    return device == null ? name.equals("lo") : name.equals(device.name());
  }
}
