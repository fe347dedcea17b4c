package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.bond.BondPort;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.link.LinkRefusedException;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.wire.Addresses;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code type bond_slave}: a bond's port. Its words {@code queue_id} and {@code prio} are refused:
 * there is one queue here, and the primary port is named by the bond.
 */
final class BondSlaveType implements LinkType {
  private static final String USAGE = "Usage: ... bond_slave [ help ]";

  @Override
  public String kind() {
    return "bond_slave";
  }

  @Override
  public boolean fits(NetDevice device) {
    return device.masterPort() instanceof BondPort;
  }

  @Override
  public Wish parse(NetworkStack stack, Words words, boolean create) throws RefusedException {
    if (words.hasNext()) {
      String word = words.next();
      for (String known : new String[] {"queue_id", "prio"}) {
        if (IpOptions.matches(word, known)) {
          throw RefusedException.unsupported("ip link set type bond_slave " + known);
        }
      }
      String before = IpOptions.matches(word, "help") ? "" : unknown(word);
      throw new RefusedException(RefusedException.FAILED, before + USAGE);
    }
    return new Nothing();
  }

  private static String unknown(String word) {
    return "bond_slave: unknown option \"" + word + "\"?\n";
  }

  /** No word asked for anything. */
  private static final class Nothing implements Wish {
    @Override
    public void check(LinkRequest request) {
      // it is no kind that is made
    }

    @Override
    public NetDevice create(NetworkStack stack, LinkRequest request) throws LinkRefusedException {
      throw new LinkRefusedException(Errno.EOPNOTSUPP, "Unknown device type");
    }

    @Override
    public void change(NetDevice device) {
      // nothing
    }
  }

  /** What {@code -d} prints of a port. */
  static String text(BondPort port) {
    StringBuilder out = new StringBuilder();
    json(port).forEach((name, value) -> out.append(name).append(' ').append(value).append(' '));
    return out.toString();
  }

  /** The same as JSON. */
  static Map<String, Object> json(BondPort port) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("state", port.isActive() ? "ACTIVE" : "BACKUP");
    map.put("mii_status", port.link().text());
    map.put("link_failure_count", port.failures());
    map.put("perm_hwaddr", Addresses.macToString(port.permanentMac()));
    map.put("queue_id", 0);
    map.put("prio", 0);
    return map;
  }
}
