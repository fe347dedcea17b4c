package dev.patchbay.stack.netfilter;

import static dev.patchbay.stack.netfilter.Firewall.GUEST;
import static dev.patchbay.stack.netfilter.Firewall.OTHER;
import static dev.patchbay.stack.netfilter.Firewall.WORLD;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * Rules that only count and packets of guest A, for which Linux and ours are to count alike. {@link
 * #main} prints them for {@code record}.
 */
final class MatchCases {
  /**
   * Some rules and packets.
   *
   * @param commands of ip, iptables and ip6tables
   * @param packets IP packets in hexadecimal, in order
   */
  record Case(String name, List<String> commands, List<String> packets) {}

  private static final String APPLIANCE = "10.0.2.2";
  private static final String GUEST6 = "fec0::15";
  private static final String APPLIANCE6 = "fec0::2";
  private static final String WORLD6 = "2001:db8::7";

  private final List<Case> cases = new ArrayList<>();
  private List<String> commands = List.of();
  private List<String> packets = List.of();

  private MatchCases() {}

  static List<Case> all() {
    MatchCases all = new MatchCases();
    all.addressTypes();
    all.addressTypes6();
    all.congestion();
    all.chunks();
    all.fragments();
    all.reversePath();
    all.reversePath6();
    all.owners();
    all.strings();
    all.words();
    all.quotas();
    all.extensionHeaders();
    return all.cases;
  }

  /** Prints them all. */
  public static void main(String[] args) {
    for (Case one : all()) {
      System.out.println("= " + one.name);
      one.commands.forEach(command -> System.out.println("+ " + command));
      one.packets.forEach(packet -> System.out.println("> " + packet));
    }
  }

  private void begin(String name) {
    commands = new ArrayList<>();
    packets = new ArrayList<>();
    cases.add(new Case(name, commands, packets));
  }

  private void run(String... lines) {
    commands.addAll(List.of(lines));
  }

  private void send(byte[] packet) {
    packets.add(HexFormat.of().formatHex(packet));
  }

  private static byte[] body() {
    return Lab.udp(4000, 9, new byte[4]);
  }

  private void addressTypes() {
    begin("addrtype");
    run(
        "ip route add blackhole 198.51.100.0/24",
        "ip route add unreachable 198.51.101.0/24",
        "ip route add prohibit 198.51.102.0/24",
        "ip route add throw 198.51.103.0/24",
        "ip route add local 198.51.104.0/24 dev lo");
    List<String> types =
        List.of(
            "UNSPEC UNICAST LOCAL BROADCAST ANYCAST MULTICAST BLACKHOLE UNREACHABLE PROHIBIT THROW"
                .split(" "));
    for (String type : types) {
      run("iptables -t raw -A PREROUTING -m addrtype --dst-type " + type);
      run("iptables -t raw -A PREROUTING -m addrtype ! --src-type " + type);
    }
    run(
        "iptables -t raw -A PREROUTING -m addrtype --dst-type LOCAL --limit-iface-in",
        "iptables -t raw -A PREROUTING -m addrtype --dst-type UNICAST --limit-iface-in",
        "iptables -t raw -A PREROUTING -m addrtype --dst-type LOCAL,BROADCAST --src-type UNICAST",
        "iptables -A FORWARD -m addrtype ! --src-type LOCAL --limit-iface-out",
        "iptables -A FORWARD -m addrtype --src-type UNICAST --limit-iface-in");
    String[] to = {
      APPLIANCE,
      "10.0.2.255",
      "10.0.2.0",
      "255.255.255.255",
      "224.0.0.1",
      "239.1.2.3",
      WORLD,
      OTHER,
      "198.51.100.1",
      "198.51.101.1",
      "198.51.102.1",
      "198.51.103.1",
      "198.51.104.9",
      "0.1.2.3",
      "127.0.0.1",
      "240.0.0.1"
    };
    for (String address : to) {
      send(Lab.ipv4(GUEST, address, IpProtocol.UDP, 64, body()));
    }
    for (String address : new String[] {APPLIANCE, "0.0.0.0", WORLD, "10.0.2.255", "127.0.0.1"}) {
      send(Lab.ipv4(address, WORLD, IpProtocol.UDP, 64, body()));
    }
  }

  private void addressTypes6() {
    begin("addrtype6");
    run("ip -6 route add unreachable 2001:db8:1::/64", "ip -6 route add blackhole 2001:db8:2::/64");
    for (String type : List.of("UNSPEC", "UNICAST", "LOCAL", "MULTICAST", "UNREACHABLE")) {
      run("ip6tables -t raw -A PREROUTING -p udp -m addrtype --dst-type " + type);
      run("ip6tables -t raw -A PREROUTING -p udp -m addrtype ! --src-type " + type);
    }
    run(
        "ip6tables -t raw -A PREROUTING -p udp -m addrtype --dst-type LOCAL,UNICAST",
        "ip6tables -t raw -A PREROUTING -p udp -m addrtype --dst-type LOCAL,MULTICAST",
        "ip6tables -t raw -A PREROUTING -p udp -m addrtype --dst-type LOCAL,UNREACHABLE",
        "ip6tables -t raw -A PREROUTING -p udp -m addrtype --dst-type LOCAL --limit-iface-in");
    String[] to = {
      APPLIANCE6,
      "fec0::77",
      WORLD6,
      "ff02::1",
      "ff0e::5",
      "2001:db8:1::5",
      "2001:db8:2::5",
      "::ffff:1.2.3.4"
    };
    for (String address : to) {
      send(six(GUEST6, address));
    }
    send(six(WORLD6, WORLD6));
    send(six(APPLIANCE6, WORLD6));
  }

  private static byte[] six(String from, String to) {
    return Lab.ipv6(from, to, IpProtocol.UDP, 64, body());
  }

  private void congestion() {
    begin("ecn");
    for (int i = 0; i < 4; i++) {
      run("iptables -A FORWARD -m ecn --ecn-ip-ect " + i);
    }
    run(
        "iptables -A FORWARD -m ecn ! --ecn-ip-ect 0",
        "iptables -A FORWARD -p tcp -m ecn --ecn-tcp-ece",
        "iptables -A FORWARD -p tcp -m ecn --ecn-tcp-cwr",
        "iptables -A FORWARD -p tcp -m ecn ! --ecn-tcp-cwr --ecn-tcp-ece --ecn-ip-ect 1",
        "iptables -A FORWARD -p tcp -m ecn ! --ecn-tcp-ece");
    for (int flags : new int[] {0x02, 0x42, 0x82, 0xc2}) {
      for (int tos = 0; tos < 4; tos++) {
        byte[] packet = Firewall.tcp(GUEST, WORLD, 1, 2, flags, new byte[0]);
        packet[1] = (byte) tos;
        checksum(packet);
        send(packet);
      }
    }
    byte[] segment =
        Arrays.copyOfRange(Firewall.tcp(GUEST, WORLD, 1, 2, 0x42, new byte[0]), 20, 40);
    send(Lab.ipv4(GUEST, WORLD, IpProtocol.TCP, 64, Arrays.copyOf(segment, 14)));
    send(Lab.ipv4(GUEST, WORLD, IpProtocol.TCP, 64, 0x2000 | 4, 7, Arrays.copyOf(segment, 24)));
    send(Lab.ipv4(GUEST, WORLD, IpProtocol.UDP, 64, body()));
  }

  private static void checksum(byte[] packet) {
    Bytes.put16(packet, 10, 0);
    long sum = InternetChecksum.sum(packet, 0, 20);
    Bytes.put16(packet, 10, InternetChecksum.finish(sum));
  }

  private void chunks() {
    begin("sctp");
    String rule = "iptables -A FORWARD -p sctp -m sctp ";
    for (String which : List.of("any", "all", "only")) {
      for (String types :
          List.of("DATA", "DATA,SACK", "DATA:BE,ABORT:t", "DATA:Be", "ALL", "NONE")) {
        run(rule + "--chunk-types " + which + " " + types);
        run(rule + "! --chunk-types " + which + " " + types);
      }
    }
    run(rule + "--sport 1000", rule + "! --dport 7:9", rule.strip());
    int[][] packets = {
      {},
      {0x0003},
      {0x0002},
      {0x0003, 0x0300},
      {0x0300},
      {0x0600},
      {0x0601, 0x0002},
      {0x4000},
      {0x0003, 0x0601},
      {0xc100, 0x0300}
    };
    for (int[] packet : packets) {
      sctp(7, chunks(packet, 8));
    }
    sctp(10, chunks(new int[] {0x0003}, 5));
    sctp(7, new byte[4]); // a chunk of length 0
    sctp(7, new byte[] {0, 3, 0, 4, 3, 0});
    sctp(7, new byte[] {3, 0, 0, 1, 0, 3, 0, 4});
    send(Lab.ipv4(GUEST, WORLD, IpProtocol.SCTP, 64, new byte[11]));
    send(Lab.ipv4(GUEST, WORLD, IpProtocol.SCTP, 64, 0x2003, 7, new byte[24]));
  }

  private void sctp(int port, byte[] chunks) {
    byte[] body = new byte[12 + chunks.length];
    Bytes.put16(body, 0, 1000);
    Bytes.put16(body, 2, port);
    System.arraycopy(chunks, 0, body, 12, chunks.length);
    send(Lab.ipv4(GUEST, WORLD, IpProtocol.SCTP, 64, body));
  }

  /** Chunks of type and flags, of that length each. */
  private static byte[] chunks(int[] types, int length) {
    byte[] all = new byte[types.length * (length + 3 & ~3)];
    for (int i = 0; i < types.length; i++) {
      Bytes.put16(all, i * (length + 3 & ~3), types[i]);
      Bytes.put16(all, i * (length + 3 & ~3) + 2, length);
    }
    return all;
  }

  private void fragments() {
    begin("frag");
    String rule = "ip6tables -t raw -A PREROUTING -s " + GUEST6 + " -m frag";
    for (String option :
        List.of(
            "",
            " --fragid 1",
            " --fragid 1:5",
            " ! --fragid 1",
            " ! --fragid :",
            " --fragid 5:1",
            " --fragres",
            " --fragfirst",
            " --fragmore",
            " --fraglast",
            " --fragfirst --fragmore",
            " --fragfirst --fraglast",
            " --fraglen 42")) {
      run(rule + option);
    }
    run(rule.replace("-m frag", "-p udp"));
    for (int word : new int[] {0, 1, 8, 9, 2, 4, 0x51}) {
      for (int id : new int[] {1, 5, 9}) {
        send(fragment(0, word, id, new byte[24]));
      }
    }
    send(fragment(7, 1, 1, new byte[24]));
    send(fragment(0, 9, 1, new byte[1]));
    send(six(GUEST6, WORLD6));
    byte[] fragment = Arrays.copyOfRange(fragment(0, 9, 3, new byte[16]), 40, 64);
    byte[] behind = new byte[8 + fragment.length];
    behind[0] = IpProtocol.FRAGMENT;
    behind[2] = 1;
    behind[3] = 4;
    System.arraycopy(fragment, 0, behind, 8, fragment.length);
    send(Lab.ipv6(GUEST6, WORLD6, IpProtocol.DESTINATION, 64, behind));
    send(Lab.ipv6(GUEST6, WORLD6, IpProtocol.FRAGMENT, 64, new byte[6]));
    send(Lab.ipv6(GUEST6, WORLD6, IpProtocol.FRAGMENT, 64, new byte[8]));
  }

  private static byte[] fragment(int reserved, int word, int id, byte[] data) {
    byte[] body = new byte[8 + data.length];
    body[0] = IpProtocol.UDP;
    body[1] = (byte) reserved;
    Bytes.put16(body, 2, word);
    Bytes.put32(body, 4, id);
    System.arraycopy(data, 0, body, 8, data.length);
    return Lab.ipv6(GUEST6, WORLD6, IpProtocol.FRAGMENT, 64, body);
  }

  private void reversePath() {
    begin("rpfilter");
    run(
        "ip route add blackhole 198.51.100.0/24",
        "ip route add 198.51.101.0/24 dev br0",
        "ip rule add fwmark 7 table 9",
        "ip route add 203.0.113.0/24 dev br0 table 9",
        "iptables -t raw -A PREROUTING -s 203.0.113.7 -j MARK --set-mark 7");
    for (String option :
        List.of(
            "",
            " --loose",
            " --invert",
            " --accept-local",
            " --loose --accept-local",
            " --validmark",
            " --loose --validmark --accept-local --invert")) {
      run("iptables -t mangle -A PREROUTING -m rpfilter" + option);
    }
    String[] from = {
      GUEST,
      WORLD,
      "198.51.100.1",
      "198.51.101.1",
      APPLIANCE,
      "10.0.2.255",
      "0.0.0.0",
      "0.1.2.3",
      "127.0.0.1",
      "224.0.0.9",
      "203.0.113.7",
      "203.0.113.8"
    };
    String[] to = {WORLD, APPLIANCE, "224.0.0.1", "239.1.2.3", "255.255.255.255", "10.0.2.255"};
    for (String source : from) {
      for (String destination : to) {
        send(Lab.ipv4(source, destination, IpProtocol.UDP, 64, body()));
      }
    }
  }

  private void reversePath6() {
    begin("rpfilter6");
    run(
        "ip -6 route add blackhole 2001:db8:1::/64",
        "ip -6 route add 2001:db8:2::/64 dev br0",
        "ip -6 rule add fwmark 7 table 9",
        "ip -6 route add 2001:db8:3::/64 dev br0 table 9",
        "ip6tables -t raw -A PREROUTING -s 2001:db8:3::7 -j MARK --set-mark 7");
    for (String option :
        List.of(
            "", " --loose", " --invert", " --accept-local", " --validmark", " --loose --invert")) {
      run("ip6tables -t mangle -A PREROUTING -p udp -m rpfilter" + option);
    }
    String[] from = {
      GUEST6,
      WORLD6,
      "2001:db8:1::1",
      "2001:db8:2::1",
      APPLIANCE6,
      "::",
      "fe80::15",
      "2001:db8:3::7",
      "2001:db8:3::8"
    };
    for (String source : from) {
      for (String destination : new String[] {WORLD6, APPLIANCE6, "ff02::1"}) {
        send(six(source, destination));
      }
    }
  }

  private void owners() {
    begin("owner");
    for (String chain : List.of("-A OUTPUT -p icmp", "-A OUTPUT -p tcp")) {
      for (String option :
          List.of(
              "--socket-exists",
              "! --socket-exists",
              "--uid-owner 0",
              "! --uid-owner 0",
              "! --uid-owner 5",
              "--socket-exists ! --uid-owner 5",
              "! --socket-exists ! --uid-owner 5",
              "--gid-owner 0 --suppl-groups")) {
        run("iptables " + chain + " -m owner " + option);
      }
    }
    run(
        "iptables -t mangle -A POSTROUTING -p udp -m owner --socket-exists",
        "iptables -t mangle -A POSTROUTING -p udp -m owner ! --socket-exists",
        "iptables -A INPUT -p tcp --dport 99 -j REJECT --reject-with tcp-reset");
    byte[] ping = Lab.icmp(8, 0, 1, new byte[8]);
    send(Lab.ipv4(GUEST, APPLIANCE, IpProtocol.ICMP, 64, ping));
    send(Lab.ipv4(GUEST, APPLIANCE, IpProtocol.UDP, 64, body()));
    send(Firewall.syn(GUEST, APPLIANCE, 98));
    send(Firewall.syn(GUEST, APPLIANCE, 99));
    send(Lab.ipv4(GUEST, WORLD, IpProtocol.UDP, 64, body()));
  }

  private void strings() {
    begin("string");
    String rule = "iptables -A FORWARD -m string --algo ";
    for (String algorithm : List.of("bm ", "kmp ")) {
      run(
          rule + algorithm + "--string abcabd",
          rule + algorithm + "! --string abcabd",
          rule + algorithm + "--icase --string ABcabD",
          rule + algorithm + "--string a",
          rule + algorithm + "--hex-string |00000000|",
          rule + algorithm + "--hex-string |e4df| --icase",
          rule + algorithm + "--hex-string |4500|");
      for (String bounds :
          List.of(
              "--from 28",
              "--from 29",
              "--to 33",
              "--to 34",
              "--to 35",
              "--from 28 --to 34",
              "--from 29 --to 33",
              "--from 1000",
              "--from 1 --to 2")) {
        run(rule + algorithm + bounds + " --string abcabd");
      }
    }
    for (String text :
        List.of(
            "abcabd", "xabcabd", "abcabcabd", "ABCABD", "abcab", "aBCaBd", "", "\u00c4\u00df")) {
      byte[] data = text.getBytes(StandardCharsets.ISO_8859_1);
      send(Lab.ipv4(GUEST, WORLD, IpProtocol.UDP, 64, Lab.udp(4000, 9, data)));
    }
    Random random = new Random(5);
    for (int i = 0; i < 60; i++) {
      byte[] data = new byte[random.nextInt(60)];
      for (int at = 0; at < data.length; at++) {
        data[at] =
            (byte)
                "abcdABCD\u00e4\u00c4\u00df\u00bf".charAt(random.nextInt(random.nextInt(12) + 1));
      }
      send(Lab.ipv4(GUEST, WORLD, IpProtocol.UDP, 64, Lab.udp(4000, 9, data)));
    }
  }

  private void words() {
    begin("u32");
    String rule = "iptables -A FORWARD -m u32 ";
    run(
        rule + "--u32 0>>28=4",
        rule + "! --u32 0>>28=4",
        rule + "--u32 6&0xFF=6,17",
        rule + "--u32 6&0xFF=17&&4&0x1FFF=0&&0>>22&0x3C@0&0xFFFF=9",
        rule + "--u32 0>>22&0x3C@4>>16=8:12",
        rule + "--u32 0>>22&0x3C@8@0=0:0xFFFFFFFF",
        rule + "--u32 28=0:4294967295",
        rule + "--u32 29=0:4294967295",
        rule + "--u32 4294967295=0:4294967295",
        rule + "--u32 8<<8>>24=17",
        rule + "--u32 0=5:3",
        rule + "--u32 12@0=0:0xFFFFFFFF",
        rule + "--u32 0>>22&0x3C@8>>24@0>>22&0x3C@0=0:0xFFFFFFFF",
        rule + "--u32 16&0=0@0=0:0xFFFFFFFF".replace("=0@0", "@0"));
    Random random = new Random(6);
    for (int i = 0; i < 40; i++) {
      byte[] data = new byte[random.nextInt(16)];
      random.nextBytes(data);
      if (data.length > 3) {
        Bytes.put32(data, 0, random.nextInt(40));
      }
      send(Lab.ipv4(GUEST, WORLD, IpProtocol.UDP, 64, Lab.udp(4000, random.nextInt(8, 11), data)));
    }
    send(Firewall.syn(GUEST, WORLD, 9));
  }

  private void quotas() {
    begin("quota");
    String rule = "iptables -A FORWARD -m quota ";
    run(
        rule + "--quota 0",
        rule + "! --quota 0",
        rule + "--quota 100",
        rule + "! --quota 100",
        rule + "--quota 96",
        rule + "--quota 18446744073709551615");
    for (int length : new int[] {4, 4, 8, 40, 0, 0, 100}) {
      send(Lab.ipv4(GUEST, WORLD, IpProtocol.UDP, 64, Lab.udp(4000, 9, new byte[length])));
    }
  }

  private void extensionHeaders() {
    begin("headers");
    String rule = "ip6tables -t raw -A PREROUTING -s " + GUEST6 + " -m ";
    for (String options :
        List.of(
            "hbh",
            "hbh --hbh-len 8",
            "hbh ! --hbh-len 8",
            "hbh --hbh-opts 1:4",
            "hbh --hbh-opts 5:2,0,0",
            "hbh --hbh-opts 5,0,0",
            "hbh --hbh-opts 5:2,1:0",
            "hbh --hbh-opts 5:2,0,0,0",
            "dst",
            "dst --dst-len 16 --dst-opts 1:12",
            "dst --dst-opts 30:3,0",
            "dst --dst-opts 30:4",
            "rt",
            "rt --rt-type 0",
            "rt ! --rt-type 0",
            "rt --rt-segsleft 1:2",
            "rt ! --rt-segsleft 1",
            "rt --rt-segsleft 2:1",
            "rt --rt-len 40",
            "rt ! --rt-len 40 --rt-segsleft 0:1",
            "rt --rt-type 0 --rt-0-res",
            "rt --rt-type 0 --rt-0-addrs 2001:db8::1,2001:db8::2",
            "rt --rt-type 0 --rt-0-addrs 2001:db8::2",
            "rt --rt-type 0 --rt-0-addrs 2001:db8::2 --rt-0-not-strict",
            "rt --rt-type 0 --rt-0-addrs 2001:db8::2,2001:db8::1 --rt-0-not-strict",
            "rt --rt-type 0 --rt-0-addrs 2001:db8::1,2001:db8::2 --rt-0-res --rt-0-not-strict")) {
      run(rule + options);
    }
    for (String kinds :
        List.of(
            "prot",
            "dst,prot",
            "hop,prot",
            "hop,dst,prot",
            "esp",
            "none",
            "dst,none",
            "route",
            "frag,prot",
            "ah,prot")) {
      run(rule + "ipv6header --header " + kinds);
      run(rule + "ipv6header ! --header " + kinds);
      run(rule + "ipv6header --soft --header " + kinds);
      run(rule + "ipv6header --soft ! --header " + kinds);
    }
    for (String type : List.of("1", "! --mh-type 1", "3:5", ":")) {
      String option = type.startsWith("!") ? " " + type : " --mh-type " + type;
      run("ip6tables -t raw -A PREROUTING -p 135 -m mh" + option);
    }
    extensionPackets();
  }

  private void extensionPackets() {
    byte[] data = body();
    int udp = IpProtocol.UDP;
    headers(udp, data);
    headers(0, header(udp, 1, 4, 0, 0, 0, 0), data);
    headers(0, header(udp, 5, 2, 0, 0, 0, 0), data);
    headers(0, header(udp, 5, 2, 0, 0, 1, 0), data);
    headers(0, header(udp, 5, 2, 0, 0, 30, 8, 1, 2, 3, 4, 5, 6, 7, 8), data);
    headers(60, header(udp, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), data);
    headers(60, header(udp, 30, 3, 9, 9, 9, 0), data);
    headers(60, header(udp, 30, 4, 9, 9, 9, 0), data);
    headers(0, header(60, 1, 4, 0, 0, 0, 0), header(udp, 1, 4, 0, 0, 0, 0), data);
    headers(43, routing(udp, 0, 1, 0, 1, 2), data);
    headers(43, routing(udp, 0, 2, 7, 1, 2), data);
    headers(43, routing(udp, 0, 0, 0, 2), data);
    headers(43, routing(udp, 0, 1, 0, 2, 1), data);
    headers(43, routing(udp, 2, 1, 0, 2), data);
    headers(43, routing(udp, 4, 0, 0), data);
    headers(43, Arrays.copyOf(routing(udp, 0, 1, 0, 1, 2), 24));
    headers(43, Arrays.copyOf(routing(udp, 0, 1, 0, 1, 2), 3));
    headers(50, new byte[16]);
    headers(51, new byte[] {17, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1}, data);
    headers(59);
    headers(59, data);
    headers(60, header(59, 1, 4, 0, 0, 0, 0));
    headers(60, header(59, 1, 4, 0, 0, 0, 0), data);
    headers(44, new byte[] {17, 0, 0, 1, 0, 0, 0, 1}, data);
    headers(44, new byte[] {60, 0, 0, 9, 0, 0, 0, 1}, header(udp, 1, 4, 0, 0, 0, 0), data);
    headers(60, new byte[] {17, 9, 1, 4, 0, 0, 0, 0}, data);
    for (int type : new int[] {0, 1, 4, 200}) {
      headers(135, new byte[] {59, 0, (byte) type, 0, 0, 0, 0, 0});
    }
    headers(135, new byte[] {17, 0, 1, 0, 0, 0, 0, 0}, data);
    headers(135, new byte[] {59, 0, 1, 0, 0});
  }

  /** A packet to the world with these parts behind its header. */
  private void headers(int first, byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    send(Lab.ipv6(GUEST6, WORLD6, first, 64, all.toByteArray()));
  }

  /** A header of options. */
  private static byte[] header(int next, int... options) {
    byte[] header = new byte[2 + options.length];
    header[0] = (byte) next;
    header[1] = (byte) (header.length / 8 - 1);
    for (int i = 0; i < options.length; i++) {
      header[2 + i] = (byte) options[i];
    }
    return header;
  }

  /** A routing header by addresses 2001:db8::N. */
  private static byte[] routing(int next, int type, int left, int reserved, int... hosts) {
    byte[] header = new byte[8 + 16 * hosts.length];
    header[0] = (byte) next;
    header[1] = (byte) (2 * hosts.length);
    header[2] = (byte) type;
    header[3] = (byte) left;
    header[7] = (byte) reserved;
    for (int i = 0; i < hosts.length; i++) {
      Bytes.put32(header, 8 + 16 * i, 0x2001_0db8);
      header[23 + 16 * i] = (byte) hosts[i];
    }
    return header;
  }
}
