package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.classifier.U32Filter;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.EtherType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads and prints what {@code u32} compares: words of 32 bits, also under names of fields. */
final class TcU32Match {
  private static final long MAX = 0xffff_ffffL;

  private final TcArgs args;
  private final List<U32Filter.Key> keys = new ArrayList<>();

  /** What does not fit: {@code Illegal "match"}. */
  private static final class Illegal extends Exception {
    private static final long serialVersionUID = 1;

    Illegal() {
      super("", null, false, false);
    }
  }

  TcU32Match(TcArgs args) {
    this.args = args;
  }

  List<U32Filter.Key> keys() {
    return keys;
  }

  /** Reads a selector, at its first word, and what belongs to it. */
  void read() throws RefusedException {
    try {
      selector(args.word());
    } catch (Illegal e) {
      throw TcArgs.wrong("Illegal \"match\"");
    }
  }

  private void selector(String word) throws RefusedException, Illegal {
    if (IpOptions.matches(word, "u32")) {
      args.argument();
      sample(32, 0);
    } else if (IpOptions.matches(word, "u16")) {
      args.argument();
      sample(16, 0);
    } else if (IpOptions.matches(word, "u8")) {
      args.argument();
      sample(8, 0);
    } else if (IpOptions.matches(word, "ip")) {
      args.argument();
      ip();
    } else if (IpOptions.matches(word, "ip6")) {
      args.argument();
      ip6();
    } else if (IpOptions.matches(word, "ether")) {
      args.argument();
      ether();
    } else if (List.of("udp", "tcp", "icmp", "mark").stream()
        .anyMatch(name -> IpOptions.matches(word, name))) {
      // those begin where the header before them ends, which only linked hash tables find
      throw TcArgs.notHere("tc filter … u32 match " + word);
    } else {
      throw new Illegal();
    }
  }

  // ---- words of bits

  /** A value and its mask of {@code bits}, and {@code at OFFSET}. */
  private void sample(int bits, int offset) throws RefusedException, Illegal {
    if (args.left() < 2) {
      throw new Illegal();
    }
    long value = TcUnits.unsigned(args.word(), 0, MAX);
    args.advance();
    long mask = hex(args.word());
    args.advance();
    long most = MAX >>> 32 - bits;
    if (value < 0 || mask < 0 || bits == 8 && (value > most || mask > most)) {
      throw new Illegal();
    }
    int at = at(offset);
    if (value > most || mask > most) {
      throw new Illegal();
    }
    pack(bits, value, mask, at);
  }

  private static long hex(String word) {
    String digits = word.startsWith("0x") || word.startsWith("0X") ? word.substring(2) : word;
    return TcUnits.unsigned(digits, 16, MAX);
  }

  private int at(int offset) throws RefusedException, Illegal {
    if (!args.hasWord() || !args.word().equals("at")) {
      return offset;
    }
    String word = args.argument();
    if (word.startsWith("nexthdr") || IpOptions.matches(word, "nexthdr+")) {
      throw TcArgs.notHere("tc filter … u32 match … at nexthdr+");
    }
    long read = TcUnits.integer(word, 0, Long.MIN_VALUE);
    if (read < Integer.MIN_VALUE || read > Integer.MAX_VALUE) {
      throw new Illegal();
    }
    args.advance();
    return (int) read;
  }

  /** Puts a value of 8, 16 or 32 bits into its word ({@code pack_key}). */
  private void pack(int bits, long value, long mask, int offset) throws Illegal {
    int shift =
        switch (bits) {
          case 8 -> 24 - 8 * (offset & 3);
          case 16 -> (offset & 3) == 0 ? 16 : 0;
          default -> 0;
        };
    int place = bits == 32 ? offset : offset & ~3;
    add((int) (value << shift), (int) (mask << shift), place);
  }

  private void add(int value, int mask, int offset) throws Illegal {
    int wanted = value & mask;
    for (int i = 0; i < keys.size(); i++) {
      U32Filter.Key key = keys.get(i);
      if (key.offset() == offset) {
        if (((wanted ^ key.value()) & mask & key.mask()) != 0) {
          throw new Illegal();
        }
        keys.set(i, new U32Filter.Key(key.value() | wanted, key.mask() | mask, offset));
        return;
      }
    }
    if (keys.size() >= U32Filter.MAX_KEYS || offset % 4 != 0) {
      throw new Illegal();
    }
    keys.add(new U32Filter.Key(wanted, mask, offset));
  }

  // ---- fields

  private void ip() throws RefusedException, Illegal {
    if (args.left() < 2) {
      throw new Illegal();
    }
    String field = args.word();
    switch (field) {
      case "nofrag" -> flags(0, 0x3fff);
      case "firstfrag" -> flags(0x2000, 0x3fff);
      case "df" -> flags(0x4000, 0x4000);
      case "mf" -> flags(0x2000, 0x2000);
      case "src" -> address4(12);
      case "dst" -> address4(16);
      case "ihl" -> field(8, 0);
      case "protocol" -> field(8, 9);
      case "dport" -> field(16, 22);
      case "sport" -> field(16, 20);
      case "icmp_type" -> field(8, 20);
      case "icmp_code" -> field(8, 21);
      default -> {
        boolean tos =
            field.equals("tos")
                || IpOptions.matches(field, "dsfield")
                || IpOptions.matches(field, "precedence");
        if (!tos) {
          throw new Illegal();
        }
        field(8, 1);
      }
    }
  }

  private void flags(int value, int mask) throws Illegal {
    args.advance();
    pack(16, value, mask, 6);
  }

  private void field(int bits, int offset) throws RefusedException, Illegal {
    args.argument();
    sample(bits, offset);
  }

  private void ip6() throws RefusedException, Illegal {
    if (args.left() < 2) {
      throw new Illegal();
    }
    switch (args.word()) {
      case "src" -> address6(8);
      case "dst" -> address6(24);
      case "priority" -> trafficClass();
      case "protocol" -> field(8, 6);
      case "flowlabel" -> field(32, 0);
      case "dport" -> field(16, 42);
      case "sport" -> field(16, 40);
      case "icmp_type" -> field(8, 40);
      case "icmp_code" -> field(8, 41);
      default -> throw new Illegal();
    }
  }

  private void trafficClass() throws RefusedException, Illegal {
    args.argument();
    if (args.left() < 2) {
      throw new Illegal();
    }
    long value = TcUnits.unsigned(args.word(), 0, 0xff);
    args.advance();
    long mask = hex(args.word());
    args.advance();
    if (value < 0 || mask < 0 || mask > 0xff) {
      throw new Illegal();
    }
    add((int) value << 20, (int) mask << 20, 0);
  }

  private void ether() throws RefusedException, Illegal {
    if (args.left() < 2) {
      throw new Illegal();
    }
    String field = args.word();
    int offset =
        switch (field) {
          case "src" -> -8;
          case "dst" -> -14;
          default -> throw TcArgs.wrong("Unknown match: ether " + field + "\nIllegal \"match\"");
        };
    String word = args.argument();
    long mac;
    try {
      mac = Addresses.parseMac(word);
    } catch (IllegalArgumentException e) {
      throw TcArgs.wrong(
          "parse_ether_addr: improperly formed address '" + word + "'\nIllegal \"match\"");
    }
    args.advance();
    int from = at(offset);
    for (int i = 0; i < 6; i++) {
      pack(8, mac >>> 40 - 8 * i & 0xff, 0xff, from + i);
    }
  }

  // ---- addresses

  private void address4(int offset) throws RefusedException, Illegal {
    TcPrefix prefix = prefix(true);
    int from = at(offset);
    add((int) prefix.address().lo(), (int) prefix.maskLo(), from);
  }

  private void address6(int offset) throws RefusedException, Illegal {
    TcPrefix prefix = prefix(false);
    int from = at(offset);
    IpAddress address = prefix.address();
    long[] halves = {address.hi(), address.lo()};
    long[] masks = {prefix.maskHi(), prefix.maskLo()};
    for (int i = 0; i * 32 < prefix.bits(); i++) {
      int shift = i % 2 == 0 ? 32 : 0;
      add((int) (halves[i / 2] >>> shift), (int) (masks[i / 2] >>> shift), from + 4 * i);
    }
  }

  private TcPrefix prefix(boolean v4) throws RefusedException, Illegal {
    args.argument();
    TcPrefix prefix = TcPrefix.parse(args.word(), v4);
    if (prefix == null) {
      throw new Illegal();
    }
    args.advance();
    return prefix;
  }

  // ---- printing

  /** One word, with {@code -pretty} as the field that it is, where that is known. */
  static void print(U32Filter.Key key, int protocol, TcOut out, boolean pretty) {
    if (pretty && (protocol == EtherType.IPV4 || protocol == EtherType.IPV6)) {
      out.begin("match");
      String text = pretty(key, protocol == EtherType.IPV6, out);
      if (text != null) {
        out.text(text);
      }
      out.end();
      return;
    }
    out.begin("match");
    out.any(
        "value", Integer.toHexString(key.value()), String.format("\n  match %08x", key.value()));
    out.any("mask", Integer.toHexString(key.mask()), String.format("/%08x ", key.mask()));
    out.any("offmask", "", "at ");
    out.any("off", key.offset(), String.valueOf(key.offset()));
    out.end();
  }

  /** The field of a word; tc takes words of IPv6 for those of IPv4, too. */
  private static @Nullable String pretty(U32Filter.Key key, boolean v6, TcOut out) {
    int value = key.value();
    int mask = key.mask();
    switch (key.offset()) {
      case 0 -> {
        if (mask == 0x0f00_0000) {
          out.json("ip_ihl", value >>> 24);
          return "\n  match IP ihl " + (value >>> 24);
        } else if (mask == 0x00ff_0000) {
          String hex = "0x" + Integer.toHexString(value >>> 16);
          out.json("ip_dsfield", hex);
          return "\n  match IP dsfield " + hex;
        }
      }
      case 8 -> {
        if (mask == 0x00ff_0000) {
          out.json("ip_protocol", value >>> 16);
          return "\n  match IP protocol " + (value >>> 16);
        }
      }
      case 12, 16 -> {
        int bits = Integer.bitCount(mask);
        if (bits == 32 || mask == ~(-1 >>> bits)) {
          String side = key.offset() == 12 ? "src" : "dst";
          String address = Addresses.toString(0, Addresses.v4(value));
          out.json(side, address + "/" + bits);
          return "\n  match IP " + side + " " + address + "/" + bits;
        }
      }
      case 20 -> {
        return ports(value, mask, v6, out);
      }
      default -> {
        // no field of its own
      }
    }
    return null;
  }

  private static @Nullable String ports(int value, int mask, boolean v6, TcOut out) {
    int low = value & 0xffff;
    int high = value >>> 16;
    String lowName = v6 ? "sport" : "dport";
    String highName = v6 ? "dport" : "sport";
    // of the two, tc begins a line for the source port alone
    if (mask == 0xffff) {
      out.json(lowName, low);
      return (v6 ? "\n  " : "") + "match " + lowName + " " + low;
    } else if (mask == 0xffff_0000) {
      out.json(highName, high);
      return (v6 ? "" : "\n  ") + "match " + highName + " " + high;
    } else if (mask == -1) {
      out.json(lowName, low);
      out.json(highName, high);
      return "\n  match " + lowName + " " + low + ", match " + highName + " " + high;
    }
    return null;
  }
}
