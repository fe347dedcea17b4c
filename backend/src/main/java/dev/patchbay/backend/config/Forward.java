package dev.patchbay.backend.config;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A port of the host that leads into a guest: {@code
 * [tcp|udp]:[HOSTADDR]:HOSTPORT-[GUEST]:GUESTPORT} or {@code unix:PATH-[GUEST]:GUESTPORT}, where
 * the brackets mean optional.
 *
 * @param source where it was written
 * @param proto the protocol; {@link Proto#UNIX} clients become TCP connections in the guest
 * @param host the address of ours, 127.0.0.1 where none was written; null for {@link Proto#UNIX}
 * @param hostPort 0 (any) to 65535; 0 for {@link Proto#UNIX}
 * @param path the socket, absolute; null for the others
 * @param guest who it leads to
 * @param guestPort 1 to 65535
 */
public record Forward(
    Source source,
    Proto proto,
    @Nullable InetAddress host,
    int hostPort,
    @Nullable Path path,
    Guest guest,
    int guestPort) {
  /** What a client speaks to us. */
  public enum Proto {
    /** TCP. */
    TCP,
    /** UDP. */
    UDP,
    /** A stream socket of the unix domain. */
    UNIX;

    /** The word of the rule. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Who a forward leads to. */
  public sealed interface Guest {
    /** The only attachment, else 10.0.2.15. */
    record Only() implements Guest {
      @Override
      public String toString() {
        return "";
      }
    }

    /**
     * A fixed address.
     *
     * @param ip IPv4 or IPv6
     */
    record Address(InetAddress ip) implements Guest {
      @Override
      public String toString() {
        return IpLiterals.formatHost(ip);
      }
    }

    /**
     * Whichever address the station of that MAC has at the time of a connection.
     *
     * @param address of one station
     */
    record Mac(MacAddress address) implements Guest {
      @Override
      public String toString() {
        return "[" + address + "]";
      }
    }

    /**
     * Whichever address the guest at that attachment has at the time of a connection.
     *
     * @param attachment its name
     */
    record Name(String attachment) implements Guest {
      @Override
      public String toString() {
        return attachment;
      }
    }
  }

  /**
   * Reads a rule.
   *
   * @param source where it stands
   * @param rule the rule
   * @param base the directory to which a relative PATH is relative
   * @throws ConfigException {@code invalid forwarding rule 'R': WHAT at 'WORD'}, for a line of a
   *     file with {@code FILE:LINE: } before it
   */
  public static Forward parse(Source source, String rule, Path base) throws ConfigException {
    return new ForwardParser(source, rule, base).run();
  }

  /**
   * Checks that a guest given by name exists, where forwards lead.
   *
   * @param attachments the names of the attachments
   * @param reachable those of them in the appliance's own namespace
   */
  public void checkGuest(Collection<String> attachments, Collection<String> reachable)
      throws ConfigException {
    if (guest instanceof Guest.Name(String name) && !reachable.contains(name)) {
      String rule = source.text().isEmpty() ? toString() : source.text();
      String what =
          attachments.contains(name)
              ? "that attachment is in a namespace of its own, where no forward leads"
              : "no attachment has that name (there is " + names(attachments) + ")";
      throw ForwardParser.error(source, rule, what, name);
    }
  }

  private static String names(Collection<String> attachments) {
    return attachments.isEmpty() ? "none" : String.join(", ", attachments);
  }

  /** The host's side: {@code 127.0.0.1:2222}, {@code [::1]:2222} or the path. */
  public String hostText() {
    return host == null ? String.valueOf(path) : IpLiterals.formatHost(host) + ":" + hostPort;
  }

  /** The rule in full; {@link #parse} gives an equal forward back. */
  @Override
  public String toString() {
    return proto.word() + ":" + hostText() + "-" + guest + ":" + guestPort;
  }
}
