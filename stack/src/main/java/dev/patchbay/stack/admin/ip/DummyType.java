package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.device.DummyDevice;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.link.LinkRefusedException;
import dev.patchbay.stack.loop.EventLoop;

/** {@code type dummy}, which has no words of its own. */
final class DummyType implements LinkType {
  @Override
  public String kind() {
    return DummyDevice.TYPE;
  }

  @Override
  public NetDevice fresh(NetDevice like, EventLoop loop) {
    return new DummyDevice(1, like.name(), 0);
  }

  @Override
  public Wish parse(NetworkStack stack, Words words, boolean create) throws RefusedException {
    noMore(words);
    return new Wish() {
      @Override
      public void check(LinkRequest request) throws LinkRefusedException {
        LinkTypes.checkAddress(request, null);
      }

      @Override
      public NetDevice create(NetworkStack stack, LinkRequest request) throws LinkRefusedException {
        String name = LinkTypes.name(stack, request, DummyDevice.TYPE);
        DummyDevice made =
            new DummyDevice(
                LinkTypes.index(stack, request), name, LinkTypes.mac(stack, request, name));
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

  /** Refuses any word. */
  static void noMore(Words words) throws RefusedException {
    if (words.hasNext()) {
      String word = words.next();
      if (word.equals("help")) {
        throw new RefusedException(RefusedException.SYNTAX, LinkModify.USAGE);
      }
      throw new RefusedException(
          RefusedException.FAILED,
          "Garbage instead of arguments \"" + word + " ...\". Try \"ip link help\".");
    }
  }
}
