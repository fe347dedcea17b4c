package dev.patchbay.it.hostile;

import static dev.patchbay.it.hostile.Frames.arp;
import static dev.patchbay.it.hostile.Frames.ethernet;
import static dev.patchbay.it.hostile.Frames.icmp;
import static dev.patchbay.it.hostile.Frames.ipv4;
import static dev.patchbay.it.hostile.Frames.ipv6;
import static dev.patchbay.it.hostile.Frames.join;
import static dev.patchbay.it.hostile.Frames.mac;
import static dev.patchbay.it.hostile.Frames.ncsi;
import static dev.patchbay.it.hostile.Frames.repair;
import static dev.patchbay.it.hostile.Frames.site;
import static dev.patchbay.it.hostile.Frames.tcp;
import static dev.patchbay.it.hostile.Frames.text;
import static dev.patchbay.it.hostile.Frames.udp;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Makes the frames of a guest that means no good. The same seed makes the same frames. */
final class HostileGuest {
  private static final byte[] MAC = mac("52:54:00:66:66:66");
  private static final byte[] IP = {10, 0, 2, 66};
  private static final byte[] SIX = site(0x66);
  private static final byte[] NONE = {};
  private static final int LONGEST = 69632;

  private final SplittableRandom random;
  private final List<byte[]> good = new ArrayList<>();

  /**
   * @param port of the world's TCP and UDP echo
   */
  HostileGuest(long seed, int port) {
    random = new SplittableRandom(seed);
    packets4(port);
    packets6(port);
    byte[] zero = new byte[6];
    good.add(ethernet(Frames.BROADCAST, MAC, Frames.ARP, arp(1, MAC, IP, zero, Frames.GATEWAY)));
    good.add(
        ethernet(Frames.BRIDGE, MAC, Frames.ARP, arp(2, MAC, IP, Frames.BRIDGE, Frames.GATEWAY)));
    byte[] ping = ipv4(IP, Frames.GATEWAY, Frames.ICMP, icmp(8, 0, 5, new byte[32]));
    byte[] tagged = join(new byte[] {0, 42, 8, 0}, ping);
    good.add(ethernet(Frames.BRIDGE, MAC, Frames.VLAN, tagged));
    for (int type : new int[] {0x00, 0x01, 0x03, 0x05, 0x08, 0x0e, 0x15, 0x16, 0x18, 0x50, 0x51}) {
      good.add(ethernet(Frames.BROADCAST, MAC, Frames.NCSI, ncsi(1, type, 0, 8, new byte[30])));
    }
  }

  private void four(int protocol, byte[] to, byte[] payload) {
    good.add(repair(ethernet(Frames.BRIDGE, MAC, Frames.IPV4, ipv4(IP, to, protocol, payload))));
  }

  private void packets4(int port) {
    byte[] query = join(new byte[] {1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 7}, text("gateway"));
    byte[] question = join(query, new byte[] {0, 0, 1, 0, 1});
    four(Frames.ICMP, Frames.GATEWAY, icmp(8, 0, 77, new byte[56]));
    four(Frames.ICMP, Frames.WORLD, icmp(8, 0, 78, new byte[56]));
    four(Frames.UDP, Frames.DNS, udp(5353, 53, question));
    four(Frames.TCP, Frames.DNS, tcp(5353, 53, 1, 0, 2, NONE, NONE));
    four(Frames.UDP, Frames.WORLD, udp(4000, port, text("hello")));
    byte[] options = {2, 4, 5, (byte) 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7};
    four(Frames.TCP, Frames.WORLD, tcp(4001, port, 100, 0, 2, options, NONE));
    four(Frames.TCP, Frames.WORLD, tcp(4001, port, 101, 1, 0x18, NONE, text("data")));
    four(Frames.TCP, Frames.WORLD, tcp(4001, port, 105, 1, 0x11, NONE, NONE));
    four(Frames.TCP, Frames.WORLD, tcp(4001, port, 101, 0, 4, NONE, NONE));
    byte[] quoted = ipv4(Frames.WORLD, IP, Frames.UDP, udp(port, 4000, text("hello")));
    four(Frames.ICMP, Frames.WORLD, icmp(3, 3, 0, quoted));
    four(Frames.ICMP, Frames.WORLD, icmp(3, 4, 68, quoted));
    four(2, new byte[] {(byte) 224, 0, 0, 22}, icmp(0x22, 0, 1, new byte[8]));
    byte[] record = {7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    byte[] echo = icmp(8, 0, 79, new byte[8]);
    byte[] recorded = ipv4(IP, Frames.GATEWAY, Frames.ICMP, 9, 0, record, echo);
    good.add(repair(ethernet(Frames.BRIDGE, MAC, Frames.IPV4, recorded)));
    byte[] bootp = ByteBuffer.allocate(236).put(new byte[] {1, 1, 6, 0, 9}).put(28, MAC).array();
    byte[] discover =
        join(bootp, new byte[] {99, (byte) 130, 83, 99, 53, 1, 1, 12, 3, 'b', 'a', 'd', -1});
    byte[] any = new byte[4];
    byte[] all = {-1, -1, -1, -1};
    byte[] dhcp = ipv4(any, all, Frames.UDP, udp(68, 67, discover));
    good.add(repair(ethernet(Frames.BROADCAST, MAC, Frames.IPV4, dhcp)));
  }

  private void six(int next, byte[] to, byte[] payload) {
    good.add(repair(ethernet(Frames.BRIDGE, MAC, Frames.IPV6, ipv6(SIX, to, next, payload))));
  }

  private void packets6(int port) {
    byte[] gateway = site(2);
    byte[] source = join(new byte[] {1, 1}, MAC);
    byte[] target = join(new byte[] {2, 1}, MAC);
    byte[] routers = ByteBuffer.allocate(16).putShort((short) 0xff02).put(15, (byte) 2).array();
    byte[] echo = icmp(128, 0, 80, new byte[56]);
    six(Frames.ICMPV6, gateway, echo);
    six(Frames.ICMPV6, gateway, icmp(135, 0, 0, join(gateway, source)));
    six(Frames.ICMPV6, gateway, icmp(136, 0, 0x60000000, join(SIX, target)));
    six(Frames.ICMPV6, routers, icmp(133, 0, 0, source));
    six(Frames.ICMPV6, routers, icmp(134, 0, 0x40000708, join(new byte[8], source)));
    six(Frames.ICMPV6, routers, icmp(143, 0, 1, new byte[20]));
    six(Frames.ICMPV6, gateway, icmp(2, 0, 100, ipv6(gateway, SIX, Frames.ICMPV6, echo)));
    six(Frames.UDP, site(3), udp(5353, 53, new byte[20]));
    six(Frames.TCP, gateway, tcp(4002, port, 1, 0, 2, NONE, NONE));
    six(0, gateway, join(new byte[] {58, 0, 1, 4, 0, 0, 0, 0}, echo));
    six(43, gateway, join(new byte[] {58, 2, 0, 1, 0, 0, 0, 0}, SIX, echo));
    six(60, gateway, join(new byte[] {58, 0, (byte) 0xc3, 4, 0, 0, 0, 0}, echo));
  }

  /** The next frame; also one of no bytes, or longer than any. */
  byte[] next() {
    return switch (random.nextInt(10)) {
      case 0 -> noise(random.nextInt(1600));
      case 1, 2 -> spoilt(template());
      case 3, 4 -> repair(spoilt(template()));
      case 5 -> cut(template());
      case 6 -> lying(template());
      case 7 -> fragment4();
      case 8 -> fragment6();
      default -> random.nextInt(20) == 0 ? noise(random.nextInt(LONGEST + 1)) : ncsiGarbage();
    };
  }

  /** What may come in place of a stream of frames. */
  byte[] noise(int length) {
    byte[] noise = new byte[length];
    random.nextBytes(noise);
    return noise;
  }

  private byte[] template() {
    return good.get(random.nextInt(good.size())).clone();
  }

  private byte[] spoilt(byte[] frame) {
    for (int i = random.nextInt(1, 9); i > 0; i--) {
      frame[random.nextInt(12, frame.length)] = (byte) random.nextInt();
    }
    return frame;
  }

  private byte[] cut(byte[] frame) {
    byte[] shorter = Arrays.copyOf(frame, random.nextInt(frame.length + 1));
    return random.nextBoolean() ? shorter : repair(shorter);
  }

  /** A length, a header's length or an offset that is not true, with checksums that are. */
  private byte[] lying(byte[] frame) {
    int[] places = {14, 16, 17, 18, 19, 20, 21, 26, 38, 39, 46, 55, 58, 59};
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      int place = places[random.nextInt(places.length)];
      if (place < frame.length) {
        frame[place] = (byte) (random.nextBoolean() ? random.nextInt() : random.nextInt(4) - 1);
      }
    }
    return repair(frame);
  }

  /** Of one of 64 datagrams: pieces overlap, repeat, contradict each other, reach beyond 65535. */
  private byte[] fragment4() {
    int offset = random.nextInt(30) == 0 ? random.nextInt(8192) : random.nextInt(40);
    int flags = random.nextBoolean() ? 0x2000 : 0;
    byte[] data = noise(random.nextInt(200));
    int id = random.nextInt(64);
    byte[] to = random.nextBoolean() ? Frames.GATEWAY : Frames.WORLD;
    int protocol = random.nextBoolean() ? Frames.UDP : Frames.ICMP;
    byte[] packet = ipv4(IP, to, protocol, id, flags | offset, NONE, data);
    return ethernet(Frames.BRIDGE, MAC, Frames.IPV4, packet);
  }

  private byte[] fragment6() {
    int offset = random.nextInt(30) == 0 ? random.nextInt(8192) : random.nextInt(40);
    int more = random.nextInt(2);
    byte[] header =
        ByteBuffer.allocate(8)
            .put((byte) (random.nextBoolean() ? Frames.UDP : Frames.ICMPV6))
            .put((byte) 0)
            .putShort((short) (offset << 3 | more))
            .putInt(random.nextInt(64))
            .array();
    byte[] payload = join(header, noise(random.nextInt(200)));
    byte[] packet = ipv6(SIX, site(2), Frames.FRAGMENT, payload);
    return ethernet(Frames.BRIDGE, MAC, Frames.IPV6, packet);
  }

  private byte[] ncsiGarbage() {
    int type = random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(0x20);
    int channel = random.nextInt(3) == 0 ? random.nextInt(256) : 0;
    int length = random.nextInt(3) == 0 ? random.nextInt(65536) : random.nextInt(40);
    byte[] frame = ncsi(random.nextInt(256), type, channel, length, noise(random.nextInt(60)));
    return ethernet(Frames.BROADCAST, MAC, Frames.NCSI, frame);
  }
}
