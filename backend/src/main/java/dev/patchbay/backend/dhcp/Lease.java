package dev.patchbay.backend.dhcp;

import dev.patchbay.stack.wire.Addresses;
import java.util.HexFormat;

/**
 * Who has, or had, an address. Immutable.
 *
 * @param ip IPv4 address, first byte in the high bits
 * @param key by what the client is known: the attachment's MAC or the client's own, 48 bits; 0
 *     where it has none of Ethernet
 * @param mac the client's hardware address as it last said, 48 bits, or 0
 * @param clientId option 61 in hexadecimal digits, empty if it sends none
 * @param port name of the port behind which it is
 * @param hostname the name it asked for (option 12) or was configured with, or empty
 * @param state what the address is now
 * @param expires wall-clock time of the end in ns since 1970; {@link Long#MAX_VALUE} is never
 */
public record Lease(
    int ip,
    long key,
    long mac,
    String clientId,
    String port,
    String hostname,
    State state,
    long expires) {
  /** What an address is. */
  public enum State {
    /** Offered, not yet requested. */
    OFFERED,
    /** The client's. */
    BOUND,
    /** Given back; kept for the client until somebody else needs it. */
    RELEASED,
    /** Found in use by somebody else; nobody gets it until {@link #expires}. */
    DECLINED,
    /** Ran out; kept for the client until somebody else needs it. */
    EXPIRED
  }

  /** The address as text. */
  public String address() {
    return Addresses.toString(0, Addresses.v4(ip));
  }

  /** The hardware address as text. */
  public String macText() {
    return Addresses.macToString(mac);
  }

  /** The state at {@code now} (wall ns): a bound or offered one whose time is over is expired. */
  public State stateAt(long now) {
    return state != State.RELEASED && expires <= now ? State.EXPIRED : state;
  }

  /** Whether nobody else may get the address at {@code now} (wall ns). */
  public boolean holds(long now) {
    return state != State.RELEASED && state != State.EXPIRED && expires > now;
  }

  Lease with(State newState, long newExpires) {
    return new Lease(ip, key, mac, clientId, port, hostname, newState, newExpires);
  }

  static String hex(byte[] clientId) {
    return HexFormat.of().formatHex(clientId);
  }
}
