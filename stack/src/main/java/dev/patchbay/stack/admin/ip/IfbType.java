package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.device.IfbDevice;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.link.LinkRefusedException;
import dev.patchbay.stack.loop.EventLoop;

/** {@code type ifb}, which has no words of its own. */
final class IfbType implements LinkType {
  @Override
  public String kind() {
    return IfbDevice.TYPE;
  }

  @Override
  public NetDevice fresh(NetDevice like, EventLoop loop) {
    return new IfbDevice(1, like.name(), 0, loop);
  }

  @Override
  public Wish parse(NetworkStack stack, Words words, boolean create) throws RefusedException {
    DummyType.noMore(words);
    return new Wish() {
      @Override
      public void check(LinkRequest request) throws LinkRefusedException {
        LinkTypes.checkAddress(request, null);
      }

      @Override
      public NetDevice create(NetworkStack stack, LinkRequest request) throws LinkRefusedException {
        String name = LinkTypes.name(stack, request, IfbDevice.TYPE);
        IfbDevice made =
            new IfbDevice(
                LinkTypes.index(stack, request),
                name,
                LinkTypes.mac(stack, request, name),
                stack.loop());
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
