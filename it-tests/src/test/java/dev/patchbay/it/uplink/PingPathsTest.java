package dev.patchbay.it.uplink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Requires;
import dev.patchbay.it.Result;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The sockets by which echo requests leave: raw, ping, or none at all. */
@Timeout(120)
@Requires({"root", "netns", "tun", "daemon"})
class PingPathsTest {
  private static final String DENIED = "patchbay_uplink_total{what=\"ping_denied\"}";
  private static final List<String> WITHOUT_RAW =
      List.of("setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw");

  private static Result ping(World world, String to) throws Exception {
    return world.guest.exec("ping", "-n", "-c", "3", "-i", "0.2", "-W", "5", "-s", "1000", to);
  }

  private static void bothAnswer(World world) throws Exception {
    for (String to : new String[] {World.FAR4, World.FAR6}) {
      // two hops less than the far host sent
      assertThat(ping(world, to).ok()).contains("3 received").contains("ttl=62");
    }
  }

  private static String sockets(World world, String kind) throws Exception {
    String file = "/proc/" + world.daemon().pid() + "/net/" + kind;
    return world.host.exec("tail", "-n", "+2", file).ok();
  }

  /** Errors of routers come by the socket's error queue. */
  private static void routersAreHeard(World world) throws Exception {
    assertThat(world.guest.exec("ping", "-n", "-c", "1", "-W", "5", "-t", "2", World.FAR4).output())
        .contains("From " + World.ROUTER4)
        .contains("Time to live exceeded");
    assertThat(
            world
                .guest
                .exec("ping", "-6", "-n", "-c", "1", "-W", "5", "-t", "2", World.FAR6)
                .output())
        .contains("From " + World.ROUTER6)
        .contains("Time exceeded");
  }

  @Test
  void rawSocketsWhereTheyAreAllowed() throws Exception {
    // a new namespace lets nobody use ping sockets
    try (World world = new World()) {
      assertThat(world.daemon().ready().path("warnings")).isEmpty();
      bothAnswer(world);
      assertThat(sockets(world, "raw")).isNotEmpty();
      assertThat(sockets(world, "raw6")).isNotEmpty();
      assertThat(sockets(world, "icmp")).isEmpty();

      world.host.allowPing();
      bothAnswer(world);
      assertThat(sockets(world, "icmp")).as("raw ones go before them").isEmpty();
      assertThat(sockets(world, "icmp6")).isEmpty();
      routersAreHeard(world);
    }
  }

  @Test
  void deniedThenPingSockets() throws Exception {
    try (World world = new World(WITHOUT_RAW)) {
      assertThat(world.daemon().ready().path("warnings").get(0).path("code").asString(""))
          .isEqualTo("icmp-unavailable");
      assertThat(world.daemon().ready().path("warnings").get(0).path("message").asString(""))
          .contains("net.ipv4.ping_group_range");
      assertThat(ping(world, World.FAR4).output()).contains("From 10.0.2.2").contains("filtered");
      assertThat(ping(world, World.FAR6).output()).contains("Administratively prohibited");
      assertThat(world.metric(DENIED)).isEqualTo(6);
      assertThat(ping(world, World.GATEWAY4).ok()).contains("3 received");

      world.host.allowPing();
      bothAnswer(world);
      assertThat(sockets(world, "icmp")).isNotEmpty();
      assertThat(sockets(world, "icmp6")).isNotEmpty();
      assertThat(sockets(world, "raw")).isEmpty();
      assertThat(world.metric(DENIED)).isEqualTo(6);
      routersAreHeard(world);
    }
  }
}
