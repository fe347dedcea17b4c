package dev.patchbay.backend.capture;

import dev.patchbay.stack.device.NetDevice;
import org.jspecify.annotations.Nullable;

/**
 * Where packets of a capture come from: a device, or none (what was dropped before a device had
 * it).
 *
 * @param number from 0, in the order in which they were made known
 * @param device null for none
 * @param linkType one of {@link Pcapng}'s
 */
record Origin(int number, @Nullable NetDevice device, int linkType, String description) {
  String name() {
    return device == null ? "none" : device.name();
  }

  long mac() {
    return device == null ? 0 : device.mac();
  }
}
