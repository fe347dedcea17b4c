/**
 * The word {@code save}: the configuration of all namespaces as a script of the other words.
 *
 * <p>{@link dev.patchbay.stack.admin.save.SaveCommand} asks {@link dev.patchbay.stack.admin.Saver
 * savers} one after the other, in an order in which a script works: namespaces, values of sysctl,
 * sets of ipset, rules of iptables (before anything is up), links, bridges, values of devices, what
 * is up, addresses, neighbours, routes, rules, qdiscs. Each lives beside the word whose commands it
 * writes ({@code admin.ip.LinkSaver}, {@code admin.tc.QdiscSaver} …) and writes the difference
 * between what an appliance has by itself ({@link dev.patchbay.stack.admin.Standing}) and what is
 * there now. Who adds a kind of configuration adds a saver and its place in the list; who adds a
 * kind of link tells by {@code LinkType.words} how it is made again.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.admin.save;
