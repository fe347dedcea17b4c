package dev.patchbay.stack.trace;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import org.jspecify.annotations.Nullable;

/** Somebody who wants packets followed as they come. */
public interface TraceReader {
  /**
   * Asked of a packet that is at a hook.
   *
   * @param marked whether a rule with {@code -j TRACE} has just asked for it
   * @return who follows it from now on, null where the reader does not want it
   */
  @Nullable Trace follow(PacketFields p, boolean marked);

  /** The namespace has gone: nothing more comes. */
  default void gone() {}
}
