package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.bridge.Bridge;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.link.LinkRefusedException;

/** {@code type bridge}: makes bridges; their attributes are not here yet. */
final class BridgeType implements LinkType {
  private static final String USAGE = "Usage: ... bridge";

  @Override
  public String kind() {
    return Bridge.TYPE;
  }

  @Override
  public Wish parse(NetworkStack stack, Words words, boolean create) throws RefusedException {
    if (words.hasNext()) {
      throw LinkTypes.unknownWord(kind(), words.next(), USAGE);
    }
    return new Wish() {
      @Override
      public void check(LinkRequest request) throws LinkRefusedException {
        LinkTypes.checkAddress(request, null);
      }

      @Override
      public NetDevice create(NetworkStack stack, LinkRequest request) throws LinkRefusedException {
        String name = LinkTypes.name(stack, request, Bridge.TYPE);
        long key = stack.random().derive("bridge " + name).nextLong();
        Bridge made =
            new Bridge(
                LinkTypes.index(stack, request),
                name,
                LinkTypes.mac(stack, request, name),
                stack.loop(),
                key);
        LinkTypes.apply(made, request);
        stack.add(made);
        return made;
      }

      @Override
      public void change(NetDevice device) {
        // no word asked for anything
      }
    };
  }
}
