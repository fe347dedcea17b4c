package dev.patchbay.qemu.ncsi;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One package: its channels, and whether it has the bus. */
final class NcsiPackage {
  final int id;
  final NcsiChannel[] channels;
  boolean selected;
  boolean hardwareArbitration;
  private @Nullable UUID uuid;

  NcsiPackage(int id, int channelCount) {
    this.id = id;
    channels = new NcsiChannel[channelCount];
    for (int i = 0; i < channelCount; i++) {
      channels[i] = new NcsiChannel(id, i);
    }
  }

  /** The channel of that internal id, or null. */
  @Nullable NcsiChannel channel(int channelId) {
    return channelId < channels.length ? channels[channelId] : null;
  }

  /** Stable for a configuration: made of MAC address and package id. */
  UUID uuid(NcsiConfig config) {
    UUID known = uuid;
    if (known == null) {
      String name = "patchbay-ncsi/" + NcsiWire.mac(config.mac()) + "/" + id;
      known = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.US_ASCII));
      uuid = known;
    }
    return known;
  }

  NcsiSnapshot.Package snapshot(NcsiLink link) {
    List<NcsiSnapshot.Channel> list =
        Arrays.stream(channels)
            .map(channel -> channel.snapshot(link.status(channel.linkSettings, channel.cable)))
            .toList();
    return new NcsiSnapshot.Package(id, selected, hardwareArbitration, list);
  }
}
