/** What each key of {@code sysctl} does, as traces. */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.sysctl;
