package dev.patchbay.stack.admin.ip;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.JsonWriter;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.Words;
import dev.patchbay.stack.device.LinkAttributes;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.link.HostLinks;
import dev.patchbay.stack.link.LinkRefusedException;
import dev.patchbay.stack.link.Links;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.socket.Errno;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code ip tuntap} ({@code iptuntap.c}). What Linux makes by it, a device of its own with a
 * process at the other end, is here a port whose other end is the TAP interface of that name of the
 * host: it has to be there, and the port has its name.
 */
final class TuntapCommand {
  private static final String USAGE =
      """
      Usage: ip tuntap { add | del } [ dev | name ] NAME mode tap
             ip tuntap { show | list | lst }\
      """;

  private static final List<String> NOT_HERE =
      List.of("user", "group", "pi", "one_queue", "vnet_hdr", "multi_queue");

  private final NetworkStack stack;
  private final IpOptions options;

  TuntapCommand(NetworkStack stack, IpOptions options) {
    this.stack = stack;
    this.options = options;
  }

  /** {@code do_iptuntap}, in the order in which it tries its commands. */
  String run(List<String> words) throws RefusedException {
    String command = words.isEmpty() ? "list" : words.getFirst();
    Words rest = new Words(words.isEmpty() ? words : words.subList(1, words.size()));
    if (IpOptions.matches(command, "add")) {
      add(Request.parse("add", rest));
      return "";
    } else if (IpOptions.matches(command, "delete")) {
      delete(Request.parse("del", rest));
      return "";
    } else if (IpOptions.matches(command, "show")
        || IpOptions.matches(command, "lst")
        || IpOptions.matches(command, "list")) {
      if (rest.hasNext()) {
        throw RefusedException.unsupported("ip tuntap " + command + " " + rest.next());
      }
      return list();
    } else if (IpOptions.matches(command, "help")) {
      throw new RefusedException(RefusedException.SYNTAX, USAGE);
    }
    throw new RefusedException(
        RefusedException.SYNTAX, "Command \"" + command + "\" is unknown, try \"ip tuntap help\".");
  }

  /**
   * What was asked for ({@code parse_args}).
   *
   * @param isTap whether of mode tap, else of mode tun
   */
  private record Request(String name, boolean isTap) {
    static Request parse(String command, Words words) throws RefusedException {
      String name = null;
      String mode = null;
      while (words.hasNext()) {
        String word = words.next();
        if (IpOptions.matches(word, "mode")) {
          mode = mode(mode, words.next());
          continue;
        }
        for (String other : NOT_HERE) {
          if (IpOptions.matches(word, other)) {
            throw RefusedException.unsupported("ip tuntap " + command + " " + other);
          }
        }
        boolean device = IpOptions.matches(word, "dev");
        String wanted = word;
        if (device || IpOptions.matches(word, "name")) {
          wanted = words.next();
        } else if (IpOptions.matches(word, "help")) {
          throw new RefusedException(RefusedException.SYNTAX, USAGE);
        }
        if (name != null) {
          throw RefusedException.garbage("name", wanted);
        }
        name = wanted;
        if (!Links.isValidName(name)) {
          String what = device ? "dev" : "name";
          throw RefusedException.wrong(name, "\"" + what + "\" not a valid ifname");
        }
      }
      if (mode == null) {
        throw new RefusedException(RefusedException.FAILED, "You failed to specify a tunnel mode");
      }
      if (name == null) {
        throw RefusedException.unsupported("ip tuntap " + command + " without a name");
      }
      return new Request(name, mode.equals("tap"));
    }

    private static String mode(@Nullable String before, String word) throws RefusedException {
      String mode = IpOptions.matches(word, "tun") ? "tun" : "tap";
      if (mode.equals("tap") && !IpOptions.matches(word, "tap")) {
        throw new RefusedException(RefusedException.SYNTAX, "Unknown tunnel mode \"" + word + "\"");
      }
      if (before != null && !before.equals(mode)) {
        throw new RefusedException(
            RefusedException.SYNTAX, "You managed to ask for more than one tunnel mode.");
      }
      return mode;
    }
  }

  /** What the system call that makes and finds such a device has answered. */
  private static RefusedException answered(String why) {
    return new RefusedException(RefusedException.FAILED, "ioctl(TUNSETIFF): " + why);
  }

  private void add(Request request) throws RefusedException {
    if (stack.device(request.name) != null) {
      throw answered(Errno.text(Errno.EBUSY));
    }
    HostLinks host = stack.namespaces().host();
    if (!request.isTap || host == null) {
      throw RefusedException.unsupported("ip tuntap add mode " + (request.isTap ? "tap" : "tun"));
    }
    RandomSource random = stack.random().derive("mac " + request.name);
    long mac = random.nextLong() & 0xfcff_ffff_ffffL | 0x0200_0000_0000L;
    PortDevice port = PortDevice.forTap(stack.nextIndex(), request.name, mac, request.name);
    port.attributes().addressOrigin = LinkAttributes.AddressOrigin.RANDOM;
    stack.add(port);
    try {
      host.tap(port);
    } catch (LinkRefusedException e) {
      stack.remove(port);
      throw answered(String.valueOf(e.getMessage()));
    }
  }

  /** One that is not there Linux makes and takes away again. */
  private void delete(Request request) throws RefusedException {
    NetDevice device = stack.device(request.name);
    if (device == null) {
      return;
    }
    if (!PortDevice.TAP.equals(device.type()) || !request.isTap) {
      throw answered(Errno.text(Errno.EINVAL));
    }
    stack.remove(device);
  }

  private String list() {
    List<NetDevice> all =
        stack.devices().stream().filter(d -> PortDevice.TAP.equals(d.type())).toList();
    if (options.json()) {
      return JsonWriter.write(all.stream().map(TuntapCommand::json).toList(), options.pretty());
    }
    StringBuilder out = new StringBuilder();
    all.forEach(device -> out.append(device.name()).append(": tap persist\n"));
    return out.toString();
  }

  private static Map<String, Object> json(NetDevice device) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("ifname", device.name());
    map.put("flags", List.of("tap", "persist"));
    return map;
  }
}
