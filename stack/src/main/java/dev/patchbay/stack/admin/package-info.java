/**
 * The words of administration, with the syntax, output and exit statuses of iproute2 6.1: what
 * their commands share.
 *
 * <p>One package below this for each command line of the field: {@code admin.ip}, {@code admin.tc},
 * {@code admin.ss} (with {@code nstat}). Each reads its words by the classes of this package
 * ({@link dev.patchbay.stack.admin.Words}, {@link dev.patchbay.stack.admin.GetOpt}, {@link
 * dev.patchbay.stack.admin.IpOptions}), reads or changes the model of the namespace, and prints
 * text or JSON. What is not supported is refused by {@link
 * dev.patchbay.stack.admin.RefusedException}, never passed over. A new command line is a package
 * beside those and a line in the daemon's model.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.admin;
