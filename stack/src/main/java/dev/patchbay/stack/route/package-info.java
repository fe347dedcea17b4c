/**
 * Routes and their look-up (Linux: {@code fib_lookup}, {@code fib6_lookup}).
 *
 * <p>{@link dev.patchbay.stack.route.Fib} is one family's. Who has a packet fills a {@link
 * dev.patchbay.stack.route.FlowKey}, which he keeps, and asks {@code Fib.lookup}. Its {@link
 * dev.patchbay.stack.route.RuleTable} says which tables are asked in which order; while the rules
 * are Linux's standing ones that is local, main, and of IPv4 default, without a look at the rules.
 * A {@link dev.patchbay.stack.route.RouteTable} finds the longest prefix in a {@code PrefixTree};
 * what is said of it is a {@link dev.patchbay.stack.route.Route}, shared by all prefixes of which
 * the same is said ({@code SharedRoutes}), so that a table of the internet needs some forty bytes a
 * route. Of several next hops ({@link dev.patchbay.stack.route.Multipath}) the hash of the flow
 * chooses one; the answer is then a route by that one alone.
 *
 * <p>A change comes as a {@link dev.patchbay.stack.route.RouteEntry} with a {@link
 * dev.patchbay.stack.route.RouteChange}, passes {@code RouteChecks}, where Linux's refusals are,
 * and is put into its table in place. What the namespace itself makes (addresses, devices) passes
 * none. A {@link dev.patchbay.stack.route.Rule} comes by {@code RuleTable.add}. A further selector
 * of rules is a component of {@link dev.patchbay.stack.route.RuleMatch}, and of the key.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.route;
