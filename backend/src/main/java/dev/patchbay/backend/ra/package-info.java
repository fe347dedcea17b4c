/**
 * Router advertisements (RFC 4861 section 6.2, RFC 8106).
 *
 * <p>{@link dev.patchbay.backend.ra.RouterAdvertiser} decides when, {@link
 * dev.patchbay.backend.ra.RaMessage} writes the message, {@link dev.patchbay.backend.ra.RaLink}
 * sends it. A further option goes into {@code RaMessage}.
 */
@NullMarked
package dev.patchbay.backend.ra;

import org.jspecify.annotations.NullMarked;
