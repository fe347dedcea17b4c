package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.VethDevice;
import dev.patchbay.stack.link.LinkRefusedException;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.socket.Errno;
import org.jspecify.annotations.Nullable;

/** {@code type veth [peer LINK-WORDS]}: makes both ends of a cable. */
final class VethType implements LinkType {
  private static final String USAGE =
      """
      Usage: ip link <options> type veth [peer <options>]
      To get <options> type 'ip link add help'\
      """;

  private static final int MIN_MTU = 68;
  private static final int MAX_MTU = 65535;

  @Override
  public String kind() {
    return VethDevice.TYPE;
  }

  @Override
  public NetDevice fresh(NetDevice like, EventLoop loop) {
    return new VethDevice(1, like.name(), 0, loop);
  }

  @Override
  public Wish parse(NetworkStack stack, Words words, boolean create) throws RefusedException {
    LinkRequest peer = null;
    if (words.hasNext()) {
      if (!words.take("peer")) {
        throw new RefusedException(RefusedException.FAILED, USAGE);
      }
      peer = new LinkParser(stack, create).parse(words);
      if (peer.type != null) {
        throw LinkParser.duplicate("type", peer.type);
      }
      String name = peer.newName();
      if (!create && name != null) {
        LinkParser.present(stack, name);
      }
    }
    return new Pair(stack, peer);
  }

  /**
   * Both ends; no peer means one of which nothing is asked.
   *
   * @param here the namespace of the command, where the peer comes unless it says another
   */
  private record Pair(NetworkStack here, @Nullable LinkRequest peer) implements Wish {
    @Override
    public void check(LinkRequest request) throws LinkRefusedException {
      checkEnd(request);
    }

    /** {@code veth_validate}. */
    private static void checkEnd(LinkRequest request) throws LinkRefusedException {
      LinkTypes.checkAddress(request, null);
      Long mtu = request.mtu;
      if (mtu != null && (mtu < MIN_MTU || mtu > MAX_MTU)) {
        throw new LinkRefusedException(Errno.EINVAL);
      }
    }

    /** {@code veth_newlink}: the peer comes first and goes again where the other cannot be made. */
    @Override
    public NetDevice create(NetworkStack stack, LinkRequest request)
        throws LinkRefusedException, RefusedException {
      LinkRequest other = peer == null ? new LinkRequest() : peer;
      checkEnd(other);
      NetworkStack there = other.namespace == null ? here : other.namespace;
      VethDevice far = end(there, other);
      boolean done = false;
      try {
        if (Boolean.TRUE.equals(other.up)) {
          // veth_open: there is no other end yet
          throw new LinkRefusedException(Errno.ENOTCONN);
        }
        LinkModify.setFlags(far, other);
        VethDevice near = end(stack, request);
        VethDevice.connect(near, far);
        if (other.master != null) {
          LinkModify.setMaster(there, far, other);
        }
        done = true;
        return near;
      } finally {
        if (!done) {
          there.remove(far);
        }
      }
    }

    private static VethDevice end(NetworkStack stack, LinkRequest request)
        throws LinkRefusedException {
      String name = LinkTypes.name(stack, request, VethDevice.TYPE);
      VethDevice made =
          new VethDevice(
              LinkTypes.index(stack, request),
              name,
              LinkTypes.mac(stack, request, name),
              stack.loop());
      LinkTypes.apply(made, request);
      stack.add(made);
      return made;
    }

    @Override
    public void change(NetDevice device) throws LinkRefusedException {
      if (peer != null) {
        throw new LinkRefusedException(Errno.EOPNOTSUPP);
      }
    }
  }
}
