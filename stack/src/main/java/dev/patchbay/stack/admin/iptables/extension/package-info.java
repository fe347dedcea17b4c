/** What matches and targets of iptables have in common, and how their values are read. */
@NullMarked
package dev.patchbay.stack.admin.iptables.extension;

import org.jspecify.annotations.NullMarked;
