package dev.patchbay.qemu.ftgmac100;

import dev.patchbay.qemu.device.Wire;
import dev.patchbay.qemu.device.WireEnd;
import dev.patchbay.qemu.ncsi.NcsiConfig;
import dev.patchbay.qemu.ncsi.NcsiController;

/**
 * The sideband of a network card (NC-SI over RBT) in place of a PHY: commands of EtherType 0x88F8
 * are answered by the card, all other frames go on to the network and come from there.
 *
 * <p>Made first, given to the MAC as its {@link Wire}, and then {@link #connect}ed to it.
 */
public final class NcsiSideband implements Wire, WireEnd {
  private static final int NCSI = 0x88f8;

  private final NcsiController controller;
  private final Wire network;
  private WireEnd mac = new Nowhere();

  /** A card whose link is up. */
  public NcsiSideband(NcsiConfig config, Wire network) {
    this.network = network;
    this.controller =
        new NcsiController(
            config, (frame, offset, length) -> mac.receive(frame, offset, length, true));
    controller.link(true);
  }

  private static final class Nowhere implements WireEnd {
    @Override
    public void receive(byte[] frame, int offset, int length, boolean goodFcs) {
      // nobody is connected yet
    }

    @Override
    public boolean ready() {
      return false;
    }

    @Override
    public void carrier(boolean up) {
      // nobody is connected yet
    }
  }

  /** Puts the MAC at the sideband's other end. */
  public void connect(WireEnd end) {
    mac = end;
  }

  /** The card's NC-SI side. */
  public NcsiController controller() {
    return controller;
  }

  @Override
  public void transmit(byte[] frame, int offset, int length, boolean goodFcs) {
    if (Frames.type(frame, offset, length) != NCSI) {
      if (controller.linkUp()) {
        network.transmit(frame, offset, length, goodFcs);
      }
    } else if (goodFcs) {
      controller.receive(frame, offset, length);
    }
  }

  @Override
  public void receive(byte[] frame, int offset, int length, boolean goodFcs) {
    // what claims to be the card's own word comes from the card only
    if (Frames.type(frame, offset, length) != NCSI && controller.linkUp()) {
      mac.receive(frame, offset, length, goodFcs);
    }
  }

  @Override
  public boolean ready() {
    return mac.ready();
  }

  /**
   * The card's own cable: the sideband stays up, so that commands are answered, and the BMC is told
   * if it has asked for it; other frames are lost both ways.
   */
  @Override
  public void carrier(boolean up) {
    controller.link(up);
  }
}
