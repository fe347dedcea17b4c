package dev.patchbay.stack.qdisc;

import dev.patchbay.stack.classifier.FilterChain;
import dev.patchbay.stack.classifier.FilterException;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import org.jspecify.annotations.Nullable;

/**
 * Queues nothing: the place of a device's filters, of what comes in ({@code ingress}) or of both
 * directions ({@code clsact}). The device asks them itself. Linux: {@code sch_ingress.c}.
 */
public final class FilterQdisc extends Qdisc {
  /** Minor number of the class whose filters what comes in meets. */
  public static final int INGRESS_CLASS = 0xfff2;

  /** Minor number of the class whose filters what is sent meets. */
  public static final int EGRESS_CLASS = 0xfff3;

  private final FilterChain incoming;
  private final @Nullable FilterChain outgoing;

  FilterQdisc(QdiscKind kind, QdiscTree tree, int handle) {
    super(kind, tree, handle);
    incoming = tree.device().filters(true);
    outgoing = kind == QdiscKind.CLSACT ? tree.device().filters(false) : null;
  }

  /** The filters that what comes in meets. */
  public FilterChain incoming() {
    return incoming;
  }

  /** The filters that what is sent meets, or null for none. */
  public @Nullable FilterChain outgoing() {
    return outgoing;
  }

  @Override
  void change(QdiscOptions options) throws QdiscException {
    throw QdiscException.invalid();
  }

  @Override
  public boolean takesFilters() {
    return true;
  }

  /** {@code ingress} takes any class for its only one, as Linux does. */
  @Override
  public FilterChain filters(int minor) throws FilterException {
    if (outgoing == null || minor == INGRESS_CLASS) {
      return incoming;
    } else if (minor == EGRESS_CLASS) {
      return outgoing;
    } else if (minor == 0) {
      throw FilterException.invalid();
    }
    throw FilterException.of("Specified class doesn't exist");
  }

  @Override
  void flushFilters() {
    incoming.flush();
    if (outgoing != null) {
      outgoing.flush();
    }
  }

  /** Counts a packet that meets its filters. */
  public void met(Packet packet, int bytes) {
    statistics.bytes += bytes;
    statistics.packets += Math.max(packet.gsoCount, 1);
  }

  @Override
  boolean enqueue(Packet packet) {
    drop(packet, DropReason.QDISC_DROP);
    return false;
  }

  @Override
  @Nullable Packet next() {
    return null;
  }

  @Override
  void reset() {
    // it holds nothing
  }
}
