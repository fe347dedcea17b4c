package dev.patchbay.stack.socket;

import org.jspecify.annotations.Nullable;

/** {@code AF_PACKET}: frames of devices. Protocols are EtherTypes as numbers, in host order. */
final class PacketFamily implements SocketFamily {
  @Override
  public int family() {
    return AddressFamily.AF_PACKET;
  }

  @Override
  public @Nullable Socket create(SocketLayer layer, int type, int protocol) {
    if (type != SocketType.SOCK_RAW && type != SocketType.SOCK_DGRAM) {
      layer.fail(Errno.ESOCKTNOSUPPORT);
      return null;
    }
    return new FrameSocket(layer, type, protocol & 0xffff);
  }
}
