package dev.patchbay.stack.classifier;

import org.jspecify.annotations.Nullable;

/**
 * What {@code tc filter add|change|replace|del|get} asks for (Linux: a message {@code
 * RTM_NEWTFILTER}, {@code RTM_DELTFILTER}, {@code RTM_GETTFILTER}).
 *
 * @param parent class id whose filters are meant
 * @param protocol EtherType, {@link FilterChain#ALL}, or 0 for none
 * @param preference 1 to 65535, or 0 for none
 * @param handle 0 for none
 * @param kind null where it was not named
 * @param filter what is to be there; null without any words behind the kind
 * @param create {@code NLM_F_CREATE}
 * @param exclusive {@code NLM_F_EXCL}
 */
public record FilterRequest(
    int parent,
    int protocol,
    int preference,
    int handle,
    @Nullable String kind,
    @Nullable Filter filter,
    boolean create,
    boolean exclusive) {}
