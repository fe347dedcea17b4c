package dev.patchbay.stack.admin.iptables.matches;

import dev.patchbay.stack.admin.iptables.extension.IptablesException;
import dev.patchbay.stack.admin.iptables.extension.Option;
import dev.patchbay.stack.admin.iptables.extension.SimpleMatch;
import dev.patchbay.stack.netfilter.expression.Condition;
import dev.patchbay.stack.netfilter.expression.Field;
import dev.patchbay.stack.netfilter.expression.NumberCondition;
import java.util.List;

/** {@code mac}: the Ethernet source address. */
public final class MacMatch extends SimpleMatch {
  private long mac;

  public MacMatch() {
    super("mac", Option.inverted("mac-source"));
  }

  @Override
  protected void read(String text) throws IptablesException {
    if (!text.matches("([0-9A-Fa-f]{1,2}:){5}[0-9A-Fa-f]{1,2}")) {
      throw IptablesException.parameter("Invalid MAC address specified.");
    }
    mac = 0;
    for (String octet : text.split(":")) {
      mac = mac << 8 | Integer.parseInt(octet, 16);
    }
  }

  @Override
  protected String saved() {
    StringBuilder text = new StringBuilder();
    for (int shift = 40; shift >= 0; shift -= 8) {
      text.append("%02x".formatted(mac >>> shift & 0xff)).append(shift > 0 ? ":" : "");
    }
    return text.toString();
  }

  @Override
  public void list(StringBuilder to, boolean numeric) {
    to.append(" MAC").append(inverted() ? " !" : "").append(' ').append(saved());
  }

  @Override
  public void compile(List<Condition> to) {
    to.add(new NumberCondition(Field.SOURCE_MAC, mac, mac, inverted()));
  }
}
