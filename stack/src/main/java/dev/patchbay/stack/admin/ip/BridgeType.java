package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.admin.bridge.BridgeAttributes;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.bridge.BridgeRefusedException;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.link.LinkRefusedException;
import dev.patchbay.stack.loop.EventLoop;
import java.util.List;
import java.util.Map;

/** {@code type bridge}. */
final class BridgeType implements LinkType {
  @Override
  public String kind() {
    return Bridge.TYPE;
  }

  @Override
  public List<String> words(NetDevice device) {
    return BridgeAttributes.words((Bridge) device);
  }

  @Override
  public NetDevice fresh(NetDevice like, EventLoop loop) {
    return new Bridge(1, like.name(), 0, loop, 0);
  }

  @Override
  public String text(NetDevice device) {
    return BridgeAttributes.text((Bridge) device);
  }

  @Override
  public Map<String, Object> json(NetDevice device) {
    return BridgeAttributes.json((Bridge) device);
  }

  @Override
  public Wish parse(NetworkStack stack, Words words, boolean create) throws RefusedException {
    return new BridgeWish(BridgeAttributes.parse(words));
  }

  /** What the words asked for. */
  private record BridgeWish(BridgeAttributes attributes) implements Wish {
    @Override
    public void check(LinkRequest request) throws LinkRefusedException {
      LinkTypes.checkAddress(request, null);
    }

    @Override
    public NetDevice create(NetworkStack stack, LinkRequest request) throws LinkRefusedException {
      String name = LinkTypes.name(stack, request, Bridge.TYPE);
      long key = stack.random().derive("bridge " + name).nextLong();
      long mac = LinkTypes.mac(stack, request, name);
      Bridge made = new Bridge(LinkTypes.index(stack, request), name, mac, stack.loop(), key);
      LinkTypes.apply(made, request);
      if (request.address == null) {
        made.followAddresses();
      }
      change(made);
      stack.add(made);
      return made;
    }

    @Override
    public void change(NetDevice device) throws LinkRefusedException {
      try {
        attributes.apply((Bridge) device);
      } catch (BridgeRefusedException e) {
        throw new LinkRefusedException(e.errno(), e.getMessage());
      }
    }
  }
}
