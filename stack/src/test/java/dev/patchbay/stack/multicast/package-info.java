/** Traces of IGMP and MLD on virtual time. */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.multicast;
