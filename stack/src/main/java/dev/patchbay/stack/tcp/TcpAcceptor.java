package dev.patchbay.stack.tcp;

/** Decides what becomes of SYNs. */
@FunctionalInterface
public interface TcpAcceptor {
  /**
   * A SYN arrived; nothing but a bounded entry is kept for it yet and nothing was sent. Call {@link
   * IncomingSyn#accept}, {@link IncomingSyn#reject} or {@link IncomingSyn#drop} now, or keep it
   * (parked) and call one of them later on the loop. Repeated SYNs of the flow do not come here
   * again while it is parked.
   */
  void onSyn(IncomingSyn syn);
}
