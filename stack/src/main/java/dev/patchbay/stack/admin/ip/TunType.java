package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.socket.Errno;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code type tun}: the ports of TAP interfaces of the host, which {@code ip tuntap} makes and not
 * {@code ip link}.
 */
final class TunType implements LinkType {
  @Override
  public String kind() {
    return PortDevice.TAP;
  }

  @Override
  public NetDevice fresh(NetDevice like, EventLoop loop) {
    return PortDevice.forTap(1, like.name(), 0, like.name());
  }

  @Override
  public Wish parse(NetworkStack stack, Words words, boolean create) throws RefusedException {
    throw RefusedException.answered(
        Errno.EOPNOTSUPP, "tun/tap creation via rtnetlink is not supported");
  }

  @Override
  public String text(NetDevice device) {
    return "type tap pi off vnet_hdr off persist on ";
  }

  @Override
  public Map<String, Object> json(NetDevice device) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("type", "tap");
    map.put("pi", false);
    map.put("vnet_hdr", false);
    map.put("multi_queue", false);
    map.put("persist", true);
    return map;
  }
}
