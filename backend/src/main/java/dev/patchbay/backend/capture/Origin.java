package dev.patchbay.backend.capture;

import dev.patchbay.stack.device.NetDevice;
import org.jspecify.annotations.Nullable;

/**
 * Where packets of a capture come from: a device under one name, or none (what was dropped before a
 * device had it, and what rules show a group of NFLOG).
 *
 * @param number from 0, of no other one that is there
 * @param device null for none
 * @param name as captures show it: {@code [NETNS/]DEVICE}
 * @param attachment what a capture of one device asks for: the name that it was made known under
 * @param linkType one of {@link Pcapng}'s
 */
record Origin(
    int number,
    @Nullable NetDevice device,
    String name,
    String attachment,
    int linkType,
    String description) {
  long mac() {
    return device == null ? 0 : device.mac();
  }
}
