package dev.patchbay.it.spine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Background;
import dev.patchbay.it.Guest;
import dev.patchbay.it.Requires;
import dev.patchbay.it.Result;
import dev.patchbay.qemu.process.Board;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Translation and its helpers, seen by guests and by servers and clients of others:
 *
 * <pre>
 *   one 10.0.2.15 -- bmc0 [                                       the daemon's host
 *                         [ br0 10.0.2.2 ] street 198.51.100.1 == tap0 198.51.100.2 (FTP, TFTP, curl)
 *   two 10.0.2.16 -- bmc1 [                host0 ~ sockets ~ 192.0.2.2
 * </pre>
 *
 * <p>The host has no route to 10.0.2.0/24: what it answers has come under another address.
 */
@Timeout(240)
@Requires({
  "root",
  "netns",
  "tun",
  "qemu-arm",
  "image-ast2500",
  "daemon",
  "curl",
  "vsftpd",
  "dnsmasq"
})
class TranslationTest {
  private static final String OTHER_MAC = "52:54:00:12:34:57";
  private static final String STREET = "198.51.100.1";
  private static final String SERVER = "198.51.100.2";
  private static final String STREET_SIX = "2001:db8:5::1";
  private static final String TWO_SIX = "fec0::5054:ff:fe12:3457";
  private static final byte[] FILE =
      "0123456789 from the file server\n".repeat(3000).getBytes(StandardCharsets.US_ASCII);
  private static final String SUM = sha256(FILE);

  /** A server of FTP, passive only, that shows /tmp/got to one client. */
  private static final String FTP_SERVER =
      """
      say() { printf '%s\\r\\n' "$1"; }
      say '220 guest'
      while read -r line; do
        case $line in
          USER*) say '230 in' ;;
          PWD*) say '257 "/"' ;;
          TYPE*) say '200 binary' ;;
          PASV*)
            nc.traditional -n -l -q 1 -p 4001 </tmp/got >/dev/null &
            until grep -q ':0FA1 00000000:0000 0A' /proc/net/tcp; do sleep 0.1; done
            say '227 Entering Passive Mode (10,0,2,15,15,161)' ;;
          RETR*) say '150 here'; wait; say '226 done' ;;
          QUIT*) say '221 bye'; exit ;;
          *) say '502 not here' ;;
        esac
      done
      """;

  private static String sha256(byte[] data) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(data));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static String words(Lab lab, String words) throws Exception {
    return lab.daemon().exec(words.split(" ")).ok();
  }

  private static String get(Guest guest, String url) throws Exception {
    return guest.run("wget -qO- " + url).output().strip();
  }

  @Test
  void servicesAndFilesThroughTranslation() throws Exception {
    try (Lab lab =
        new Lab(
            "--listen", "unix:DIR/bmc0.sock,name=bmc0",
            "--listen", "unix:DIR/bmc1.sock,name=bmc1",
            "--tap", "tap0,name=street",
            "--exec", "ip link set street nomaster",
            "--exec", "ip addr add " + STREET + "/24 dev street",
            "--exec", "ip addr add " + STREET_SIX + "/64 dev street nodad")) {
      lab.host().exec("ip", "addr", "add", SERVER + "/24", "dev", "tap0").ok();
      lab.host().exec("ip", "addr", "add", "2001:db8:5::2/64", "dev", "tap0", "nodad").ok();
      try (FileServers servers = new FileServers(lab.host(), lab.file("servers"), SERVER)) {
        servers.put("data", FILE);
        Guest one = lab.boot(Board.AST2500_EVB, "bmc0", Lab.MAC);
        Guest two = lab.boot(Board.AST2500_EVB, "bmc1", OTHER_MAC);
        assertThat(Lab.lease(one)).contains("bound 10.0.2.15/24");
        assertThat(Lab.lease(two)).contains("bound 10.0.2.16/24");
        two.run("mkdir /tmp/www && echo two >/tmp/www/word && httpd -h /tmp/www").ok();

        masqueradeToTheUplink(lab, one);
        aServiceBehindAnotherAddress(lab, one);
        bySixToo(lab, one, two);
        bridgedFrames(lab, one);
        refused(lab, one);
        ftp(lab, one, servers);
        tftp(lab, one);
        ftpFromAGuest(lab, one);
      }
    }
  }

  private static void masqueradeToTheUplink(Lab lab, Guest one) throws Exception {
    words(lab, "iptables -t nat -A POSTROUTING -o host0 -j MASQUERADE");
    lab.download(one, 500_000);
    Lab.ping(one, Lab.FAR);
    assertThat(words(lab, "conntrack -L"))
        .containsPattern(
            "tcp .* src=10.0.2.15 dst=192.0.2.2 .* src=192.0.2.2 dst=10.0.2.2 .*\\[ASSURED\\]")
        .containsPattern("icmp .* src=10.0.2.15 dst=192.0.2.2 .* src=192.0.2.2 dst=10.0.2.2 ");
  }

  private static void aServiceBehindAnotherAddress(Lab lab, Guest one) throws Exception {
    String nat = "iptables -t nat -A ";
    words(lab, nat + "PREROUTING -d " + STREET + " -p tcp --dport 8080 -j DNAT --to 10.0.2.16:80");
    words(lab, nat + "POSTROUTING -o street -j MASQUERADE");
    words(lab, nat + "POSTROUTING -o br0 -s 10.0.2.0/24 -d 10.0.2.0/24 -j MASQUERADE");
    String url = "http://" + STREET + ":8080/word";
    assertThat(lab.host().exec("curl", "-s", "-m", "20", url).ok()).isEqualTo("two");
    assertThat(words(lab, "conntrack -L -p tcp --dport 8080"))
        .containsPattern("src=198.51.100.2 dst=198.51.100.1 .* src=10.0.2.16 dst=198.51.100.2 ");
    // an error of the last host names the packet as the guest has sent it, else it counts for none
    assertThat(one.run("traceroute -n -q 1 -w 3 -m 4 " + SERVER, Lab.LONG).ok())
        .containsSubsequence("1  10.0.2.2 ", "2  198.51.100.2 ");
    // the other guest finds it by the same address: there and back by the router
    assertThat(get(one, url)).isEqualTo("two");
    assertThat(words(lab, "conntrack -L -p tcp --dport 8080"))
        .containsPattern("src=10.0.2.15 dst=198.51.100.1 .* src=10.0.2.16 dst=10.0.2.2 ");
  }

  private static void bySixToo(Lab lab, Guest one, Guest two) throws Exception {
    for (Guest guest : List.of(one, two)) {
      guest.runUntilOk(
          "ip -6 addr show dev eth0 | grep -v tentative | grep 'inet6 fec0::'", Lab.LONG);
    }
    String nat = "ip6tables -t nat -A ";
    String to = " -p tcp --dport 8080 -j DNAT --to-destination [" + TWO_SIX + "]:80";
    words(lab, nat + "PREROUTING -d " + STREET_SIX + to);
    words(lab, nat + "POSTROUTING -o br0 -s fec0::/64 -d fec0::/64 -j MASQUERADE");
    String url = "http://[" + STREET_SIX + "]:8080/word";
    assertThat(lab.host().exec("curl", "-s", "-m", "20", "-g", url).output().strip())
        .as("the host has no route to the guests")
        .isEqualTo("two");
    assertThat(get(one, url)).isEqualTo("two");
    assertThat(words(lab, "conntrack -L -f ipv6 -p tcp --dport 8080"))
        .containsPattern("src=2001:db8:5::2 dst=2001:db8:5::1 .* src=fec0::\\S+ dst=2001:db8:5::2 ")
        .containsPattern("src=fec0::\\S+ dst=2001:db8:5::1 .* src=fec0::\\S+ dst=fec0::2 ");
  }

  /** What the bridge carries is translated too, to a port and to another station. */
  private static void bridgedFrames(Lab lab, Guest one) throws Exception {
    String rule = "iptables -t nat -A PREROUTING -m physdev --physdev-in bmc0 -p tcp ";
    assertThat(get(one, "http://10.0.2.16:81/word")).contains("Connection refused");
    words(lab, rule + "-d 10.0.2.16 --dport 81 -j DNAT --to-destination 10.0.2.16:80");
    assertThat(get(one, "http://10.0.2.16:81/word")).isEqualTo("two");
    words(lab, rule + "-d 10.0.2.99 -j DNAT --to-destination 10.0.2.16");
    one.run("arp -s 10.0.2.99 52:54:00:00:00:99").ok();
    assertThat(get(one, "http://10.0.2.99/word")).isEqualTo("two");
    assertThat(words(lab, "conntrack -L -p tcp"))
        .containsPattern("src=10.0.2.15 dst=10.0.2.16 sport=\\d+ dport=81 src=10.0.2.16")
        .containsPattern("src=10.0.2.15 dst=10.0.2.99 sport=\\d+ dport=80 src=10.0.2.16");
  }

  private static void refused(Lab lab, Guest one) throws Exception {
    words(lab, "iptables -A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT");
    for (String protocol : new String[] {"tcp --dport 21", "udp --dport 69"}) {
      words(lab, "iptables -A FORWARD -o street -p " + protocol + " -j ACCEPT");
    }
    words(lab, "iptables -A FORWARD -o street -j REJECT");
    words(lab, "iptables -A FORWARD -i street -j REJECT");
    words(lab, "iptables -A FORWARD -o host0 -p tcp -j REJECT --reject-with tcp-reset");
    // there is a server, and the rule alone is in the way
    int port = lab.origin().httpPort();
    assertThat(get(one, "http://" + Lab.FAR + ":" + port + "/bytes/1"))
        .contains("Connection refused");
    assertThat(get(one, "http://" + SERVER + ":7777/")).contains("Connection refused");
    assertThat(words(lab, "iptables-save -c"))
        .containsPattern("\\[[1-9]\\d*:\\d+\\] -A FORWARD -o street -j REJECT")
        .containsPattern("\\[[1-9]\\d*:\\d+\\] -A FORWARD -o host0 -p tcp -j REJECT");
  }

  private static void ftp(Lab lab, Guest one, FileServers servers) throws Exception {
    String passive = "rm -f /tmp/got; ftpget -u anonymous -p me " + SERVER + " /tmp/got data";
    assertThat(one.run(passive).output())
        .as("without its helper the connection of the data is a new one")
        .contains("Connection refused");

    words(lab, "iptables -t raw -A PREROUTING -p tcp --dport 21 -j CT --helper ftp");
    one.run(passive).ok();
    arrived(one);
    assertThat(words(lab, "conntrack -L -p tcp --dport 21"))
        .containsPattern(
            "dst=198.51.100.2 .* dport=21 src=198.51.100.2 dst=198.51.100.1 .*helper=ftp");

    // active: the server takes no other address for the data than the one it is called from
    Background data = one.start("rm -f /tmp/got; nc.traditional -n -l -p 4000 >/tmp/got");
    one.runUntilOk("grep -q ':0FA0 00000000:0000 0A' /proc/net/tcp", Lab.LONG);
    String session =
        """
        { for line in 'USER anonymous' 'TYPE I' 'PORT 10,0,2,15,15,160' 'RETR data' QUIT; do
            sleep 0.5; printf '%s\\r\\n' "$line"
          done; } | nc.traditional -n -q 20 -w 20 SERVER 21\
        """
            .replace("SERVER", SERVER);
    assertThat(one.run(session).output()).contains("200 PORT", "226 Transfer complete");
    assertThat(data.await(Lab.LONG).succeeded()).isTrue();
    arrived(one);
    assertThat(words(lab, "conntrack -L -p tcp"))
        .containsPattern(
            "src=198.51.100.2 dst=198.51.100.1 sport=20 dport=\\d+ src=10.0.2.15 dst=198.51.100.2"
                + " sport=4000 ");
    assertThat(servers.ftpLog().lines().filter(line -> line.contains("OK DOWNLOAD")))
        .hasSize(2)
        .allMatch(line -> line.contains("\"" + STREET + "\"") || line.contains(":" + STREET));
  }

  private static void tftp(Lab lab, Guest one) throws Exception {
    words(lab, "iptables -t raw -A PREROUTING -p udp --dport 69 -j CT --helper tftp");
    one.run("rm -f /tmp/got; tftp -g -l /tmp/got -r data " + SERVER).ok();
    arrived(one);
    assertThat(words(lab, "conntrack -L -p udp"))
        .containsPattern("dst=198.51.100.2 .* dport=69 .*helper=tftp")
        // the server's own port, which no rule lets in
        .containsPattern("src=198.51.100.2 dst=198.51.100.1 .* src=10.0.2.15 dst=198.51.100.2 ");
  }

  /** Of a server in a guest, to a client that follows the address that the server names. */
  private static void ftpFromAGuest(Lab lab, Guest one) throws Exception {
    one.put(FTP_SERVER, "/tmp/ftpd");
    one.start("tcpsvd -l guest 0 21 sh /tmp/ftpd");
    one.runUntilOk("grep -q ':0015 00000000:0000 0A' /proc/net/tcp", Lab.LONG);
    words(
        lab,
        "iptables -t nat -A PREROUTING -i street -d "
            + STREET
            + " -p tcp --dport 21 -j DNAT --to-destination 10.0.2.15");
    words(lab, "iptables -I FORWARD -i street -d 10.0.2.15 -p tcp --dport 21 -j ACCEPT");
    String url = "ftp://" + STREET + "/got";
    String curl = "curl -sS -m 20 --disable-epsv --no-ftp-skip-pasv-ip -o - " + url;
    Result got = lab.host().exec("sh", "-c", curl + " | sha256sum");
    assertThat(got.output()).as(got.errors()).startsWith(SUM);
    assertThat(words(lab, "conntrack -L -p tcp --dport 4001"))
        .containsPattern("src=198.51.100.2 dst=198.51.100.1 .* src=10.0.2.15 dst=198.51.100.2 ");
  }

  private static void arrived(Guest guest) throws Exception {
    assertThat(guest.run("sha256sum </tmp/got").ok()).startsWith(SUM);
  }
}
