/**
 * The links of a namespace as an administrator changes them (Linux: {@code net/core/dev.c} and
 * {@code rtnetlink.c}).
 *
 * <p>A request comes from the words of {@code ip link} ({@code admin.ip.LinkModify}) to {@link
 * dev.patchbay.stack.link.Links}, which checks it as Linux does, with Linux's errors, and changes
 * the device; the device tells those above it and the namespace's listeners what has happened
 * ({@link dev.patchbay.stack.device.LinkEvent}). What is refused has changed nothing. A new change
 * is a method of {@code Links}; a new kind of device a subclass of {@link
 * dev.patchbay.stack.device.NetDevice} and a type in {@code admin.ip.LinkTypes}.
 */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.link;
