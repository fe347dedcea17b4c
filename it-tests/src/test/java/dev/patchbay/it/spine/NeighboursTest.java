package dev.patchbay.it.spine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Guest;
import dev.patchbay.it.Requires;
import dev.patchbay.it.TestData;
import dev.patchbay.qemu.process.Board;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Guests beside each other on br0, and a guest that does not stay who it was. */
@Timeout(240)
@Requires({"root", "netns", "qemu-arm", "image-ast2500", "daemon"})
class NeighboursTest {
  private static final int SIZE = 5_000_000;
  private static final String OTHER_MAC = "52:54:00:12:34:57";
  private static final String[] FORWARDS = {
    "--listen",
    "unix:DIR/bmc0.sock,name=bmc0",
    "--hostfwd",
    "tcp::0-bmc0:7",
    "--hostfwd",
    "udp::0-bmc0:7"
  };

  private static final String[] TWO_PLUGS = {
    "--listen", "unix:DIR/bmc0.sock,name=bmc0", "--listen", "unix:DIR/bmc1.sock,name=bmc1"
  };

  @Test
  @Requires({"qemu-x86", "image-e1000"})
  void twoGuestsTalkToEachOther() throws Exception {
    twoGuestsTalk(Board.E1000);
  }

  /**
   * httpd uses sendfile, and Linux's ftgmac100 sends what it is given so over IPv6 in frames twice
   * as long, the data once more behind the packet (backend's README).
   */
  @Test
  void aBmcServesFilesToAnother() throws Exception {
    twoGuestsTalk(Board.ROMULUS_BMC);
  }

  /** An AST2500 with a PHY fetches from its neighbour over both families. */
  private static void twoGuestsTalk(Board neighbour) throws Exception {
    try (Lab lab = new Lab(TWO_PLUGS)) {
      Guest one = lab.boot(Board.AST2500_EVB, "bmc0", Lab.MAC);
      Guest two = lab.boot(neighbour, "bmc1", OTHER_MAC);
      assertThat(Lab.lease(one)).contains("bound 10.0.2.15/24");
      assertThat(Lab.lease(two)).contains("bound 10.0.2.16/24");
      Lab.ping(one, "10.0.2.16");
      Lab.ping(two, "10.0.2.15");
      String six = globalAddress(two);
      Lab.ping(one, six);
      Lab.ping(one, "fe80::5054:ff:fe12:3457%eth0");

      two.run("wget -qO /tmp/data " + lab.origin().bytesUrl(Lab.FAR, SIZE), Lab.LONG).ok();
      two.run("httpd -h /tmp").ok();
      for (String host : new String[] {"10.0.2.16", "[" + six + "]"}) {
        assertThat(one.run("wget -qO- http://" + host + "/data | sha256sum", Lab.LONG).ok())
            .startsWith(TestData.sha256(SIZE));
      }
      assertThat(lab.port("bmc0").path("mac").asString()).isEqualTo(Lab.MAC);
      assertThat(lab.port("bmc1").path("mac").asString()).isEqualTo(OTHER_MAC);
      assertThat(lab.port("bmc1").path("drops").has("PKT_TOO_BIG")).isFalse();
    }
  }

  private static String globalAddress(Guest guest) throws Exception {
    String show = "ip -6 addr show dev eth0 scope site | grep -v tentative | grep 'inet6 fec0::'";
    String line = guest.runUntilOk(show, Lab.LONG).ok();
    return line.replaceAll("(?s).*inet6 ([0-9a-f:]+)/.*", "$1");
  }

  @Test
  void aForwardByNameFollowsAChangeOfAddress() throws Exception {
    try (Lab lab = new Lab(FORWARDS)) {
      Guest guest = lab.boot(Board.AST2500_EVB, "bmc0", Lab.MAC);
      Lab.lease(guest);
      Lab.serveEcho(guest, 7);
      lab.echoByForward("tcp");
      assertThat(target(lab)).isEqualTo("10.0.2.15");

      guest
          .run(
              "ip -4 addr flush dev eth0 && ip addr add 10.0.2.77/24 dev eth0"
                  + " && ip route add default via 10.0.2.2")
          .ok();
      Lab.ping(guest, Lab.FAR);
      lab.echoByForward("tcp");
      lab.echoByForward("udp");
      assertThat(target(lab)).isEqualTo("10.0.2.77");

      // back again: now the first address is the newer one
      guest
          .run(
              "ip -4 addr flush dev eth0 && ip addr add 10.0.2.15/24 dev eth0"
                  + " && ip route add default via 10.0.2.2")
          .ok();
      Lab.ping(guest, Lab.FAR);
      lab.echoByForward("tcp");
      assertThat(target(lab)).isEqualTo("10.0.2.15");
    }
  }

  @Test
  void aForwardByNameFollowsAChangeOfMac() throws Exception {
    try (Lab lab = new Lab(FORWARDS)) {
      Guest guest = lab.boot(Board.AST2500_EVB, "bmc0", Lab.MAC);
      Lab.lease(guest);
      Lab.serveEcho(guest, 7);
      lab.echoByForward("tcp");

      // the address stays, another card has it
      changeMac(guest, OTHER_MAC);
      guest.run("ip route add default via 10.0.2.2").ok();
      Lab.ping(guest, Lab.FAR);
      lab.echoByForward("tcp");
      lab.echoByForward("udp");
      assertThat(lab.port("bmc0").path("mac").asString()).isEqualTo(OTHER_MAC);
      assertThat(target(lab)).isEqualTo("10.0.2.15");

      // both change: without mac= the lease goes by the hardware address, so there is another
      changeMac(guest, "52:54:00:12:34:58");
      assertThat(Lab.lease(guest)).contains("bound 10.0.2.16/24");
      lab.echoByForward("tcp");
      assertThat(target(lab)).isEqualTo("10.0.2.16");
    }
  }

  private static void changeMac(Guest guest, String mac) throws Exception {
    guest
        .run(
            "ip link set eth0 down && ip link set eth0 address "
                + mac
                + " && ip link set eth0 up && ip link show eth0 | grep "
                + mac)
        .ok();
  }

  private static String target(Lab lab) throws Exception {
    return lab.daemon().get("/v1/forwards").get(0).path("target").asString("");
  }
}
