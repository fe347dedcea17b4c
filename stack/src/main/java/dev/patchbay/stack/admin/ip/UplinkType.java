package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.UplinkDevice;
import dev.patchbay.stack.link.HostLinks;
import dev.patchbay.stack.link.LinkRefusedException;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.socket.Errno;

/**
 * {@code type uplink}, which Linux does not have: a namespace's own way to the world through
 * sockets of the host, as {@code host0} is the initial one's. There is one at most, since what is
 * for an address of the namespace and finds no socket there goes to the host by it. It has no words
 * of its own.
 */
final class UplinkType implements LinkType {
  @Override
  public String kind() {
    return UplinkDevice.TYPE;
  }

  @Override
  public NetDevice fresh(NetDevice like, EventLoop loop) {
    return new UplinkDevice(1, like.name());
  }

  @Override
  public Wish parse(NetworkStack stack, Words words, boolean create) throws RefusedException {
    DummyType.noMore(words);
    return new Wish() {
      @Override
      public void check(LinkRequest request) throws LinkRefusedException {
        if (request.address != null || request.broadcast != null || request.link != null) {
          String what = request.link != null ? "link" : "address";
          throw new LinkRefusedException(Errno.EOPNOTSUPP, "an uplink has no " + what);
        }
      }

      @Override
      public NetDevice create(NetworkStack stack, LinkRequest request)
          throws LinkRefusedException, RefusedException {
        HostLinks host = stack.namespaces().host();
        if (host == null) {
          throw RefusedException.unsupported("ip link add type uplink");
        }
        checkNone(stack);
        String name = LinkTypes.name(stack, request, UplinkDevice.TYPE);
        UplinkDevice made = new UplinkDevice(LinkTypes.index(stack, request), name);
        LinkTypes.apply(made, request);
        stack.add(made);
        host.connect(stack, made);
        return made;
      }

      @Override
      public void change(NetDevice device) {
        // no word asked for anything
      }
    };
  }

  private static void checkNone(NetworkStack stack) throws LinkRefusedException {
    for (NetDevice device : stack.devices()) {
      if (device instanceof UplinkDevice) {
        throw new LinkRefusedException(
            Errno.EEXIST, "the namespace has an uplink, " + device.name());
      }
    }
  }
}
