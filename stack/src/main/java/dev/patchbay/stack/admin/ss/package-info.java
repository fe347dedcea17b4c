/**
 * The words of {@code ss} and {@code nstat}.
 *
 * <p>{@link dev.patchbay.stack.admin.ss.SsCommand} reads its options by {@code GetOpt} and {@code
 * SsOptions}, its expression by {@code SsFilter}, lists sockets as {@code SsSocket} and lays them
 * out by {@code SsTable}. A family of sockets with a table of its own is a method in {@code
 * SsSocket} and a name in {@code SsOptions}. {@link dev.patchbay.stack.admin.ss.NstatCommand}
 * prints what {@code NstatCounters} reads: a new counter is a line there.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.admin.ss;
