/**
 * Routes and their look-up (Linux: {@code fib_lookup}, {@code fib6_lookup}).
 *
 * <p>{@link dev.patchbay.stack.route.Fib} is one family's: it has the tables, of which a look-up
 * asks local, main and default, as Linux's standing rules 0, 32766 and 32767 have it. A {@link
 * dev.patchbay.stack.route.RouteTable} finds the longest prefix in a {@code PrefixTree}; what is
 * said of it is a {@link dev.patchbay.stack.route.Route}, shared by all prefixes of which the same
 * is said, so that a table of the internet needs some forty bytes a route.
 *
 * <p>A change comes as a {@link dev.patchbay.stack.route.RouteEntry} with a {@link
 * dev.patchbay.stack.route.RouteChange}, passes {@code RouteChecks}, where Linux's refusals are,
 * and is put into its table in place. What the namespace itself makes (addresses, devices) passes
 * none. Rules, ways of several next hops and types of service are to come: their place is before
 * the tables in {@code Fib}, and in {@code Route}.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.route;
