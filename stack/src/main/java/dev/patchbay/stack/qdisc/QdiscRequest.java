package dev.patchbay.stack.qdisc;

import org.jspecify.annotations.Nullable;

/**
 * What {@code tc qdisc add|change|replace|link|del} asks for (Linux: a message {@code
 * RTM_NEWQDISC}, {@code RTM_DELQDISC}).
 *
 * @param parent class id, {@link Qdisc#ROOT}, {@link Qdisc#INGRESS}, or 0 for none
 * @param handle 0 for none
 * @param kind null where it was not named
 * @param options null where none were given
 * @param create {@code NLM_F_CREATE}
 * @param replace {@code NLM_F_REPLACE}
 * @param exclusive {@code NLM_F_EXCL}
 */
public record QdiscRequest(
    int parent,
    int handle,
    @Nullable String kind,
    @Nullable QdiscOptions options,
    boolean create,
    boolean replace,
    boolean exclusive) {
  boolean names(Qdisc qdisc) {
    return kind == null || kind.equals(qdisc.kind().text());
  }
}
