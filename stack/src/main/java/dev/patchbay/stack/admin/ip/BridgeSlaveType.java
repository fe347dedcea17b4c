package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.admin.bridge.BridgeSlaveAttributes;
import dev.patchbay.stack.bridge.BridgePort;
import dev.patchbay.stack.bridge.BridgeRefusedException;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.link.LinkRefusedException;
import dev.patchbay.stack.socket.Errno;

/** {@code type bridge_slave}: the switches of a bridge's port, whatever device that is. */
final class BridgeSlaveType implements LinkType {
  @Override
  public String kind() {
    return "bridge_slave";
  }

  @Override
  public boolean fits(NetDevice device) {
    return device.masterPort() instanceof BridgePort;
  }

  @Override
  public Wish parse(NetworkStack stack, Words words, boolean create) throws RefusedException {
    return new PortWish(BridgeSlaveAttributes.parse(words));
  }

  /** What the words asked for. */
  private record PortWish(BridgeSlaveAttributes attributes) implements Wish {
    @Override
    public void check(LinkRequest request) {
      // it is no kind that is made
    }

    @Override
    public NetDevice create(NetworkStack stack, LinkRequest request) throws LinkRefusedException {
      throw new LinkRefusedException(Errno.EOPNOTSUPP, "Unknown device type");
    }

    @Override
    public void change(NetDevice device) throws LinkRefusedException {
      try {
        if (device.masterPort() instanceof BridgePort port) {
          attributes.apply(port);
        }
      } catch (BridgeRefusedException e) {
        throw new LinkRefusedException(e.errno(), e.getMessage());
      }
    }
  }
}
