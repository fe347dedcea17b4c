/**
 * Routes and their look-up (Linux: {@code fib_lookup}).
 *
 * <p>A {@link dev.patchbay.stack.route.RouteTable} holds the routes of one family: those of table
 * local first, then main, as Linux's standing rules 0 and 32766 have it. Each change builds the
 * look-up structure anew and swaps it.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.route;
