package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.OperState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the words of one link asked for ({@code iplink_req}); null and -1 stand for nothing. */
final class LinkRequest {
  /** One of the changes that are on or off. */
  record Flag(String word, boolean on) {}

  @Nullable String device;
  @Nullable String name;
  @Nullable String type;
  @Nullable NetDevice link;
  @Nullable NetDevice master;
  boolean noMaster;

  /** The namespace into which the device goes. */
  @Nullable NetworkStack namespace;

  int index = -1;
  @Nullable Long mtu;
  long queueLength = -1;
  byte @Nullable [] address;
  byte @Nullable [] broadcast;
  @Nullable String alias;
  long group = -1;
  @Nullable Boolean up;
  @Nullable Boolean carrier;
  @Nullable Boolean dormantMode;
  @Nullable OperState state;
  boolean protoDown;
  final List<Flag> flags = new ArrayList<>();

  /** The name of the device that is made: {@code dev} and {@code name} mean the same there. */
  @Nullable String newName() {
    return device != null ? device : name;
  }

  /** 6 bytes as a number, or -1 where there are more or fewer. */
  static long mac(byte[] bytes) {
    if (bytes.length != 6) {
      return -1;
    }
    long mac = 0;
    for (byte b : bytes) {
      mac = mac << 8 | b & 0xff;
    }
    return mac;
  }
}
