package dev.patchbay.backend.ra;

import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.ip.InterfaceAddress;
import dev.patchbay.stack.neighbour.NdpProtocol;
import dev.patchbay.stack.wire.Addresses;

/** A device of the stack as the link of a {@link RouterAdvertiser}. */
public final class NdpRaLink implements RaLink {
  private final NdpProtocol ndp;
  private final NetDevice device;

  /**
   * @param device where it advertises, {@code br0}
   */
  public NdpRaLink(NdpProtocol ndp, NetDevice device) {
    this.ndp = ndp;
    this.device = device;
  }

  @Override
  public boolean isReady() {
    if (!device.isUp()) {
      return false;
    }
    for (InterfaceAddress a : device.addresses()) {
      if (!a.address().isV4() && Addresses.isLinkLocal(a.address().hi(), a.address().lo())) {
        return true;
      }
    }
    return false;
  }

  @Override
  public int mtu() {
    return device.mtu();
  }

  @Override
  public long mac() {
    return device.mac();
  }

  @Override
  public void send(byte[] message, long dstHi, long dstLo) {
    ndp.sendIcmp6(device, message, message.length, dstHi, dstLo);
  }
}
