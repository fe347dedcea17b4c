package dev.patchbay.stack.oracle.rules;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.wire.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Random conversations, mixed with each other. */
final class Traffic {
  /** GRE, ESP, AH, OSPF, SCTP, UDP-Lite, an experiment's. */
  private static final int[] OTHERS = {47, 50, 51, 89, 132, 136, 253};

  /** Those of them of which connection tracking knows no more than the protocol. */
  private static final int[] PLAIN_OTHERS = {50, 51, 89, 253};

  private final Random random;
  private final boolean tracked;
  private int id;

  /**
   * A source of traffic.
   *
   * @param tracked whether connections are tracked
   * @param id of the first IPv4 packet; incomplete fragments of another run must not have the same
   */
  Traffic(Random random, boolean tracked, int id) {
    this.random = random;
    this.tracked = tracked;
    this.id = id;
  }

  /** So many conversations, each in its order, one among the other. */
  List<Step> steps(int conversations) {
    List<List<Step>> talks = new ArrayList<>();
    for (int n = 0; n < conversations; n++) {
      talks.add(talk());
    }
    List<Step> all = new ArrayList<>();
    int[] at = new int[talks.size()];
    List<List<Integer>> numbers = new ArrayList<>();
    talks.forEach(_ -> numbers.add(new ArrayList<>()));
    int left = talks.stream().mapToInt(List::size).sum();
    while (left > 0) {
      int which = random.nextInt(talks.size());
      for (int run = 1 + random.nextInt(4); run > 0 && at[which] < talks.get(which).size(); run--) {
        Step step = talks.get(which).get(at[which]++);
        int after = step.after();
        numbers.get(which).add(all.size());
        all.add(after < 0 ? step : step.after(numbers.get(which).get(after)));
        left--;
      }
    }
    return all;
  }

  private List<Step> talk() {
    id += 16;
    Talk talk = new Talk(random, random.nextBoolean(), id & 0xffff);
    int kind = random.nextInt(100);
    if (kind < 35) {
      new TcpTalk(talk).run();
    } else if (kind < 60) {
      udp(talk);
    } else if (kind < 74) {
      echo(talk);
    } else if (kind < 84) {
      pieces(talk);
    } else if (kind < 89) {
      other(talk);
    } else if (kind < 93) {
      toAll(talk);
    } else {
      lying(talk);
    }
    return talk.steps();
  }

  private void udp(Talk talk) {
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      byte[] data = talk.data(1472);
      byte[] packet = talk.toServer(Wire.UDP, Wire.udp(talk.clientPort, talk.serverPort, data));
      if (talk.v4() && random.nextInt(10) == 0) {
        Bytes.put16(packet, 26, 0); // without a checksum
      }
      if (talk.v4() && random.nextInt(3) == 0) {
        Bytes.put16(packet, 6, 0x4000);
        Wire.headed(packet);
      }
      talk.askRaw(packet);
      int answers = random.nextInt(3);
      for (int i = 0; i < answers; i++) {
        talk.answer(Wire.UDP, Wire.udp(talk.serverPort, talk.clientPort, talk.data(1300)));
      }
      if (random.nextInt(3) == 0) {
        talk.fail();
      }
    }
  }

  private void echo(Talk talk) {
    int type = talk.v4() ? 8 : 128;
    int answer = talk.v4() ? 0 : 129;
    int protocol = talk.v4() ? Wire.ICMP : Wire.ICMP6;
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      int rest = talk.clientPort << 16 | n;
      byte[] data = talk.data(1400);
      if (random.nextInt(8) != 0) {
        talk.ask(protocol, Wire.icmp(type, random.nextInt(9) == 0 ? 3 : 0, rest, data));
      }
      if (random.nextInt(4) != 0 && talk.heard() >= 0) {
        talk.answer(protocol, Wire.icmp(answer, 0, rest, data));
      }
      if (random.nextInt(4) == 0) {
        talk.fail();
      }
      if (random.nextInt(6) == 0) {
        talk.repeat();
      }
    }
  }

  /** A datagram in fragments, in order or not, sometimes not all of them. */
  private void pieces(Talk talk) {
    byte[] data = new byte[64 + random.nextInt(random.nextInt(3) == 0 ? 2600 : 200)];
    // no ports of a rule: Linux takes for such what stands there in a later fragment
    Arrays.fill(data, (byte) 0xee);
    boolean udp = random.nextInt(3) != 0;
    int icmp = talk.v4() ? Wire.ICMP : Wire.ICMP6;
    byte[] body =
        udp
            ? Wire.udp(talk.clientPort, talk.serverPort, data)
            : Wire.icmp(talk.v4() ? 8 : 128, 0, talk.clientPort << 16, data);
    List<byte[]> all = cut(talk.toServer(udp ? Wire.UDP : icmp, body), 2 + random.nextInt(3));
    if (random.nextInt(3) == 0) {
      Collections.shuffle(all, random);
    }
    if (random.nextInt(6) == 0) {
      all.removeLast();
    }
    all.forEach(talk::askRaw);
    if (udp && random.nextBoolean()) {
      talk.answer(Wire.UDP, Wire.udp(talk.serverPort, talk.clientPort, talk.data(100)));
    }
    if (random.nextInt(3) == 0) {
      talk.fail();
    }
  }

  private List<byte[]> cut(byte[] packet, int parts) {
    boolean v4 = Wire.isV4(packet);
    int header = Wire.transport(packet);
    int length = packet.length - header;
    int piece = Math.max(8, length / parts & ~7);
    List<byte[]> all = new ArrayList<>();
    for (int at = 0; at < length; at += piece) {
      int end = Math.min(length, at + piece);
      boolean last = end == length;
      int extra = v4 ? 0 : 8;
      byte[] part = Arrays.copyOf(packet, header + extra + end - at);
      System.arraycopy(packet, header + at, part, header + extra, end - at);
      if (v4) {
        Bytes.put16(part, 2, part.length);
        Bytes.put16(part, 6, at >> 3 | (last ? 0 : 0x2000));
        Wire.headed(part);
      } else {
        Bytes.put16(part, 4, part.length - 40);
        Bytes.put8(part, 6, 44);
        Bytes.put8(part, 40, packet[6]);
        Bytes.put8(part, 41, 0);
        Bytes.put16(part, 42, at | (last ? 0 : 1));
        Bytes.put32(part, 44, id);
      }
      all.add(part);
    }
    return all;
  }

  private void other(Talk talk) {
    int[] kinds = tracked ? PLAIN_OTHERS : OTHERS;
    byte[] body = new byte[16 + random.nextInt(40)];
    Bytes.put32(body, 0, 100 + random.nextInt(3));
    Bytes.put32(body, 4, 100 + random.nextInt(3));
    int protocol = kinds[random.nextInt(kinds.length)];
    if (protocol == 51) {
      Bytes.put16(body, 0, 59 << 8 | 1); // nothing behind it
    }
    talk.ask(protocol, body);
    if (random.nextBoolean()) {
      talk.ask(protocol, body);
    }
  }

  /** To a group or everybody on the link. */
  private void toAll(Talk talk) {
    String group =
        switch (random.nextInt(3)) {
          case 0 -> talk.v4() ? "255.255.255.255" : "ff02::1";
          case 1 -> talk.v4() ? "224.0.0.1" : "ff02::2";
          default -> talk.v4() ? "10.0." + (talk.client.port() + 1) + ".255" : "ff05::77";
        };
    IpAddress to = IpAddress.parse(group);
    boolean udp = random.nextBoolean();
    byte[] body =
        udp
            ? Wire.udp(talk.clientPort, talk.serverPort, talk.data(100))
            : Wire.icmp(talk.v4() ? 8 : 128, 0, talk.clientPort << 16, talk.data(100));
    int protocol = udp ? Wire.UDP : talk.v4() ? Wire.ICMP : Wire.ICMP6;
    long mac = 0xffff_ffff_ffffL;
    if (!talk.v4()) {
      mac = 0x3333_0000_0000L | to.lo() & 0xffff_ffffL;
    } else if (group.startsWith("224")) {
      mac = 0x0100_5e00_0001L;
    }
    talk.askRaw(Wire.ip(talk.client.ip(), to, protocol, 20, 0, id, body), mac);
  }

  /** Lengths that are not true, checksums that are wrong, headers cut short, extension headers. */
  private void lying(Talk talk) {
    boolean tcp = random.nextBoolean();
    byte[] data = new byte[random.nextInt(60)]; // no options that Linux of late minds
    if (random.nextInt(8) == 0) {
      byte[] cut = Arrays.copyOf(Wire.icmp(talk.v4() ? 8 : 128, 0, 1, data), random.nextInt(9));
      talk.ask(talk.v4() ? Wire.ICMP : Wire.ICMP6, cut);
      return;
    }
    byte[] body =
        tcp
            ? Wire.tcp(talk.clientPort, talk.serverPort, 1, 2, Wire.ACK, new byte[0], data)
            : Wire.udp(talk.clientPort, talk.serverPort, data);
    byte[] packet = talk.toServer(tcp ? Wire.TCP : Wire.UDP, body);
    int at = Wire.transport(packet);
    switch (random.nextInt(7)) {
      case 0 -> Bytes.put16(packet, at + (tcp ? 16 : 6), 0x1234);
      case 1 -> {
        packet = Arrays.copyOf(packet, at + random.nextInt(tcp ? 20 : 8));
        length(packet);
      }
      case 2 -> {
        if (tcp) {
          Wire.put(packet, at + 12, new byte[] {(byte) (random.nextInt(16) << 4), 16});
        } else {
          Wire.put(packet, at + 4, new byte[] {0, (byte) random.nextInt(80)});
        }
      }
      case 3 -> {
        // the frame is longer than the packet, as those of few bytes are
        packet = Arrays.copyOf(packet, packet.length + 1 + random.nextInt(40));
      }
      case 4 -> {
        Bytes.put8(packet, talk.v4() ? 8 : 7, 1);
        Wire.headed(packet);
      }
      default -> {
        if (!talk.v4()) {
          packet = extended(packet);
        }
      }
    }
    talk.askRaw(packet);
  }

  private static void length(byte[] packet) {
    if (Wire.isV4(packet)) {
      Bytes.put16(packet, 2, packet.length);
      Wire.headed(packet);
    } else {
      Bytes.put16(packet, 4, packet.length - 40);
    }
  }

  /** With extension headers of eight bytes each between IPv6 and what it carries. */
  private byte[] extended(byte[] packet) {
    int[] kinds = {60, 0, 44, 60};
    int count = 1 + random.nextInt(2);
    byte[] longer = new byte[packet.length + 8 * count];
    System.arraycopy(packet, 0, longer, 0, 40);
    System.arraycopy(packet, 40, longer, 40 + 8 * count, packet.length - 40);
    int first = random.nextInt(3);
    int before = 6;
    for (int n = 0; n < count; n++) {
      int kind = n == 0 ? kinds[first] : 60;
      Bytes.put8(longer, before, kind);
      before = 40 + 8 * n;
      if (kind == 44) {
        Bytes.put32(longer, before + 4, id); // a fragment that is the whole
      } else {
        Bytes.put16(longer, before + 2, 0x0104); // PadN
      }
    }
    Bytes.put8(longer, before, packet[6]);
    Bytes.put16(longer, 4, longer.length - 40);
    return longer;
  }
}
