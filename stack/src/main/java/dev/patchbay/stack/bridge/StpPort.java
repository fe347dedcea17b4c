package dev.patchbay.stack.bridge;

import dev.patchbay.stack.time.Timer;

/** What the spanning tree knows of one port (the port's part of {@code net_bridge_port}). */
final class StpPort {
  /** The best that was heard here, or what we say here ourselves. */
  long designatedRoot;

  long designatedCost;
  long designatedBridge;
  int designatedPort;

  /** The next message acknowledges a change of topology. */
  boolean acknowledges;

  /** A message is to be sent when the hold time is over. */
  boolean configPending;

  /** Until what was heard is too old. */
  final Timer messageAge;

  /** Until the next state. */
  final Timer forwardDelay;

  /** Until another message may be sent. */
  final Timer hold;

  StpPort(SpanningTree tree, BridgePort port, TimerSource timers) {
    messageAge = timers.timer(() -> tree.messageAgeExpired(port));
    forwardDelay = timers.timer(() -> tree.forwardDelayExpired(port));
    hold = timers.timer(() -> tree.holdExpired(port));
  }

  /** Makes timers. */
  @FunctionalInterface
  interface TimerSource {
    Timer timer(Runnable action);
  }

  void cancel() {
    messageAge.cancel();
    forwardDelay.cancel();
    hold.cancel();
  }
}
