package dev.patchbay.stack.admin.conntrack;

import dev.patchbay.stack.conntrack.TcpState;
import dev.patchbay.stack.ip.IpAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a command line says. */
final class FlowRequest {
  /** Kinds of {@code -o}. */
  enum Output {
    XML,
    EXTENDED,
    TIMESTAMP,
    ID,
    KTIMESTAMP,
    SAVE
  }

  /** Bits of {@code -e}. */
  static final int NEW = 1;

  static final int UPDATES = 2;
  static final int DESTROY = 4;

  static final int ANY = -1;

  @Nullable FlowCommand command;
  final Set<FlowOption> options = EnumSet.noneOf(FlowOption.class);
  final Set<Output> outputs = EnumSet.noneOf(Output.class);

  /** What is said on standard error before all else. */
  final List<String> warnings = new ArrayList<>();

  /** 4, 6, or 0 where nothing says it. */
  int family;

  @Nullable IpAddress source;
  @Nullable IpAddress destination;
  @Nullable IpAddress replySource;
  @Nullable IpAddress replyDestination;

  /** The masks of source and destination, null for all bits. */
  @Nullable IpAddress sourceMask;

  @Nullable IpAddress destinationMask;

  /** What translated sources and destinations become; null for any. */
  @Nullable IpAddress natSource;

  @Nullable IpAddress natDestination;
  int natSourcePort = ANY;
  int natDestinationPort = ANY;

  int protocol = ANY;
  int sourcePort = ANY;
  int destinationPort = ANY;
  int replySourcePort = ANY;
  int replyDestinationPort = ANY;
  int icmpType = ANY;
  int icmpCode = ANY;
  int icmpId = ANY;
  TcpState.@Nullable State state;

  /** Seconds. */
  long timeout;

  int status;
  int statusMask;
  int mark;
  int markMask = ANY;
  int zone = ANY;
  int originalZone = ANY;
  int replyZone = ANY;
  long id = ANY;
  int events = NEW | UPDATES | DESTROY;

  /** Whether the list of those that are not in the table any more, or not yet, is meant. */
  boolean elsewhere;

  boolean has(FlowOption option) {
    return options.contains(option);
  }

  boolean has(Output output) {
    return outputs.contains(output);
  }
}
