package dev.patchbay.stack.admin.iptables.extension;

import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.netfilter.place.TableKind;
import org.jspecify.annotations.Nullable;

/**
 * What of a rule decides whether a match may stand in it ({@code struct xt_mtchk_param}).
 *
 * @param protocol the only protocol of the rule, 0 for several or all
 * @param table its table
 * @param hook the hook of its chain; null for a chain of the user's
 */
public record Place(int protocol, TableKind table, @Nullable Hook hook) {}
