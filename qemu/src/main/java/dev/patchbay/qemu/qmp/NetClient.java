package dev.patchbay.qemu.qmp;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of the monitor's {@code info network}: a NIC or a netdev. QMP has no command of its own
 * for this.
 *
 * @param name id of the netdev or of the NIC
 * @param type {@code nic}, {@code stream}, {@code dgram}, {@code socket}, {@code user}, …
 * @param info what QEMU says about it; for a stream its peer, empty while there is none
 */
public record NetClient(String name, String type, String info) {
  private static final Pattern LINE =
      Pattern.compile("[ \\\\]*(\\S+): index=\\d+,type=([^,\\s]+),?(.*)");
  private static final Pattern PEER = Pattern.compile("(unix|tcp|vsock|fd):.*");

  /** The NICs and netdevs in the output of {@code info network}; other lines are left out. */
  public static List<NetClient> parse(String text) {
    List<NetClient> clients = new ArrayList<>();
    for (String line : text.split("\r?\n", -1)) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        clients.add(new NetClient(matcher.group(1), matcher.group(2), matcher.group(3).strip()));
      }
    }
    return clients;
  }

  /** Whether this is a netdev of the kind whose link must not be set up while it has no peer. */
  public boolean needsPeer() {
    return type.equals("stream");
  }

  /** Whether a stream netdev has its peer. */
  public boolean hasPeer() {
    return PEER.matcher(info).matches();
  }
}
