/**
 * The words of administration: {@code ip}, {@code tc}, {@code ss} and {@code nstat}, with the
 * syntax, output and exit statuses of iproute2 6.1.
 *
 * <p>{@link dev.patchbay.stack.admin.IpCommand} takes the options before the object, finds the
 * object by its abbreviation and gives the rest to one class per object ({@code AddressShow},
 * {@code LinkShow}, {@code NeighbourShow}), which reads the model of the namespace and prints text
 * or JSON; routes have one class per command ({@code RouteShow}, {@code RouteModify}, {@code
 * RouteGet}) and share {@code RouteFilter}, {@code RoutePrinter} and {@code RouteNames}. What is
 * not supported is refused by {@link dev.patchbay.stack.admin.RefusedException}, never passed over.
 * A new object is a class beside those and a line in {@code IpCommand}.
 *
 * <p>{@link dev.patchbay.stack.admin.TcCommand} does the same for {@code tc}: {@code TcQdisc} reads
 * the words before the kind and sends the change, {@code TcKind} has the words of each kind and
 * prints its options, {@code TcShow} and {@code TcClass} list. {@code TcUnits} reads and prints
 * sizes, times and rates. A new kind is a class beside those and a line in {@code TcKind}.
 *
 * <p>{@link dev.patchbay.stack.admin.SsCommand} reads its options by {@code GetOpt} and {@code
 * SsOptions}, its expression by {@code SsFilter}, lists sockets as {@code SsSocket} and lays them
 * out by {@code SsTable}. A family of sockets with a table of its own is a method in {@code
 * SsSocket} and a name in {@code SsOptions}. {@link dev.patchbay.stack.admin.NstatCommand} prints
 * what {@code NstatCounters} reads: a new counter is a line there.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.admin;
