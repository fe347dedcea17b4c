/**
 * The words of {@code ip}.
 *
 * <p>{@link dev.patchbay.stack.admin.ip.IpCommand} takes the options before the object, finds the
 * object by its abbreviation and gives the rest to one class per object ({@code AddressShow},
 * {@code LinkShow}, {@code NeighbourShow}), which reads the model of the namespace and prints text
 * or JSON; addresses ({@code AddressModify}, {@code AddressShow}, {@code AddressFlush}, which share
 * {@code AddressFilter} and {@code AddressFlag}), neighbours ({@code NeighbourModify}, {@code
 * NeighbourShow}, {@code NeighbourGet}) and routes have one class per command ({@code RouteShow},
 * {@code RouteModify}, {@code RouteGet}) and share {@code RouteFilter}, {@code RoutePrinter} and
 * {@code RouteNames}. A new object is a class beside those and a line in {@code IpCommand}.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.admin.ip;
