package dev.patchbay.stack.qdisc;

/**
 * Options of pfifo, bfifo and pfifo_head_drop.
 *
 * @param limit packets, or bytes for bfifo; 32 bits without sign
 */
public record FifoOptions(long limit) implements QdiscOptions {}
