package dev.patchbay.stack.admin.ipset;

import dev.patchbay.stack.admin.iptables.Protocols;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.netfilter.ipset.Content;
import dev.patchbay.stack.netfilter.ipset.Element;
import dev.patchbay.stack.netfilter.ipset.IpSet;
import dev.patchbay.stack.netfilter.ipset.SetOptions;
import dev.patchbay.stack.netfilter.ipset.SetType;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.IpProtocol;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Prints sets as {@code list} and {@code save} do. */
final class SetPrinter {
  /** The three forms. */
  enum Form {
    PLAIN,
    SAVE,
    XML
  }

  private final Form form;
  private final boolean headersOnly;
  private final boolean sorted;
  private final StringBuilder to;
  private boolean printed;

  /**
   * A printer.
   *
   * @param headersOnly no members
   * @param sorted those of hash types by their values
   */
  SetPrinter(Form form, boolean headersOnly, boolean sorted, StringBuilder to) {
    this.form = form;
    this.headersOnly = headersOnly;
    this.sorted = sorted;
    this.to = to;
  }

  /**
   * Prints a set.
   *
   * @param references how often it is held
   * @param now ns of the loop's clock
   */
  void print(IpSet set, int references, long now) {
    Content content = set.content();
    int size = content.size(now);
    begin(set.name(), content.type());
    for (Arg arg : TypeWords.create(content.type())) {
      option(arg, header(arg, content.options()));
    }
    figures(content.memory(), references, size);
    if (!headersOnly) {
      members(set, now);
    }
    if (form == Form.XML) {
      to.append(headersOnly ? "</ipset>\n" : "</members>\n</ipset>\n");
    }
  }

  private void begin(String name, SetType type) {
    String word = type.word();
    int revision = type.revision();
    to.append(
        switch (form) {
          case SAVE -> "create " + name + " " + word;
          case PLAIN ->
              "%sName: %s\nType: %s\nRevision: %d\nHeader:"
                  .formatted(printed ? "\n" : "", name, word, revision);
          case XML ->
              "<ipset name=\"%s\">\n<type>%s</type>\n<revision>%d</revision>\n<header>"
                  .formatted(name, word, revision);
        });
    printed = true;
  }

  private void figures(long memory, int references, int size) {
    to.append(
        switch (form) {
          case SAVE -> "\n";
          case PLAIN ->
              "\nSize in memory: %d\nReferences: %d\nNumber of entries: %d\n%s"
                  .formatted(memory, references, size, headersOnly ? "" : "Members:\n");
          case XML ->
              ("\n<memsize>%d</memsize>\n<references>%d</references>\n"
                      + "<numentries>%d</numentries>\n</header>\n%s")
                  .formatted(memory, references, size, headersOnly ? "" : "<members>\n");
        });
  }

  private void members(IpSet set, long now) {
    Content content = set.content();
    if (!sorted || !content.type().isHash()) {
      content.forEach(now, e -> member(set, e));
      return;
    }
    List<Element> all = new ArrayList<>();
    content.forEach(now, e -> all.add(e.copy()));
    all.sort(new ElementOrder(content.type(), content.options().v4));
    all.forEach(e -> member(set, e));
  }

  private void member(IpSet set, Element e) {
    Content content = set.content();
    to.append(
        switch (form) {
          case SAVE -> "add " + set.name() + " ";
          case XML -> "<member><elem>";
          case PLAIN -> "";
        });
    to.append(element(content.type(), content.options().v4, e));
    to.append(form == Form.XML ? "</elem>" : "");
    for (Arg arg : TypeWords.add(content.type())) {
      option(arg, carried(arg, e));
    }
    to.append(form == Form.XML ? "</member>\n" : "\n");
  }

  private void option(Arg arg, @Nullable String value) {
    if (value == null) {
      return;
    }
    String word = arg.word();
    if (form != Form.XML) {
      to.append(' ').append(word).append(value.isEmpty() ? "" : " ").append(value);
    } else if (value.isEmpty()) {
      to.append('<').append(word).append("/>");
    } else {
      to.append('<').append(word).append('>').append(value);
      to.append("</").append(word).append('>');
    }
  }

  /** What is printed of an option of a set: null for nothing, empty for its word alone. */
  static @Nullable String header(Arg arg, SetOptions o) {
    return switch (arg) {
      case FAMILY -> o.v4 ? "inet" : "inet6";
      case HASHSIZE -> String.valueOf(o.hashSize);
      case MAXELEM -> String.valueOf(o.mostMembers);
      case NETMASK -> o.netmask < 0 ? null : String.valueOf(o.netmask);
      case BITMASK -> {
        IpAddress bits = o.bitmask;
        yield bits == null ? null : address(bits.hi(), bits.lo(), o.v4);
      }
      case TIMEOUT -> o.timeout == SetOptions.NO_TIMEOUT ? null : String.valueOf(o.timeout);
      case COUNTERS -> o.counters ? "" : null;
      case COMMENT -> o.comments ? "" : null;
      case SKBINFO -> o.skbInfo ? "" : null;
      case BUCKETSIZE -> String.valueOf(o.bucketSize);
      case INITVAL -> "0x%08x".formatted(o.initial);
      case SIZE -> String.valueOf(o.size);
      case PORT_RANGE -> o.firstPort + "-" + o.lastPort;
      default -> null; // ipset prints no forceadd
    };
  }

  /** What is printed of what a member carries, as of {@link #header}. */
  static @Nullable String carried(Arg arg, Element e) {
    return switch (arg) {
      case TIMEOUT -> e.timeout == SetOptions.NO_TIMEOUT ? null : String.valueOf(e.timeout);
      case NOMATCH -> e.noMatch ? "" : null;
      case PACKETS -> e.packets == Element.NO_COUNT ? null : Long.toUnsignedString(e.packets);
      case BYTES -> e.bytes == Element.NO_COUNT ? null : Long.toUnsignedString(e.bytes);
      case MEMBER_COMMENT -> e.comment == null ? null : '"' + e.comment + '"';
      case SKBMARK ->
          e.mark == 0 && e.markMask == 0
              ? null
              : "0x%x".formatted(e.mark) + (e.markMask == -1 ? "" : "/0x%x".formatted(e.markMask));
      case SKBPRIO ->
          e.priority == 0 ? null : "%x:%x".formatted(e.priority >>> 16, e.priority & 0xffff);
      case SKBQUEUE -> e.queue == 0 ? null : String.valueOf(e.queue);
      default -> null;
    };
  }

  /** An address of a family: one of IPv6 stays one though it maps IPv4. */
  static String address(long hi, long lo, boolean v4) {
    String text = Addresses.toString(hi, lo);
    return !v4 && Addresses.isV4(hi, lo) ? "::ffff:" + text : text;
  }

  /** An element as it is listed, and as {@code test} repeats it. */
  static String element(SetType type, boolean v4, Element e) {
    if (type == SetType.LIST_SET) {
      return e.reference.isEmpty() ? e.name : e.name + " after " + e.reference;
    }
    String port = e.portTo < 0 ? String.valueOf(e.port) : e.port + "-" + e.portTo;
    if (type == SetType.BITMAP_PORT) {
      return port;
    }
    boolean host = e.prefix < 0 || e.prefix == (v4 ? 32 : 128);
    String behind = host ? "" : "/" + e.prefix;
    String text = address(e.hi, e.lo, v4) + behind;
    text += e.hasTo ? "-" + address(e.toHi, e.toLo, v4) + behind : "";
    if (type != SetType.HASH_IP_PORT) {
      return text;
    }
    boolean icmp = e.protocol == IpProtocol.ICMP || e.protocol == IpProtocol.ICMPV6;
    String second = icmp ? PortWords.icmp(e.port, e.protocol == IpProtocol.ICMP) : port;
    return text + "," + Protocols.name(e.protocol) + ":" + second;
  }
}
