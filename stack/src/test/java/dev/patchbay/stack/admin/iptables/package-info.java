/** The words of iptables against iptables' own. */
@NullMarked
package dev.patchbay.stack.admin.iptables;

import org.jspecify.annotations.NullMarked;
