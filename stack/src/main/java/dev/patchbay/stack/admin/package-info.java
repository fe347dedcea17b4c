/**
 * The words of administration: {@code ip}, with the syntax, output and exit statuses of iproute2
 * 6.1.
 *
 * <p>{@link dev.patchbay.stack.admin.IpCommand} takes the options before the object, finds the
 * object by its abbreviation and gives the rest to one class per object ({@code AddressShow},
 * {@code LinkShow}, {@code RouteShow}, {@code NeighbourShow}), which reads the model of the
 * namespace and prints text or JSON. What is not supported is refused by {@link
 * dev.patchbay.stack.admin.RefusedException}, never passed over. A new object is a class beside
 * those and a line in {@code IpCommand}.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.admin;
