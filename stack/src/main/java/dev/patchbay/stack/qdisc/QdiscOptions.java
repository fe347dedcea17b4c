package dev.patchbay.stack.qdisc;

/** What may be set of a qdisc: one record for each kind. */
public sealed interface QdiscOptions
    permits FifoOptions, PrioOptions, TbfOptions, FqCodelOptions, NetemOptions {}
