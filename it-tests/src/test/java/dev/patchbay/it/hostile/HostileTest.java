package dev.patchbay.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.it.Daemon;
import dev.patchbay.it.Netns;
import dev.patchbay.it.OriginServer;
import dev.patchbay.it.Requires;
import java.io.IOException;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/**
 * Random and mutated frames, truncated headers, lying lengths, overlapping fragments and bytes that
 * are no frames, at one plug of the real daemon, while a peer at another pings and echoes: nothing
 * escapes, and no buffer is lost. The seed is printed; {@code -Dpatchbay.seed=N} takes it again.
 */
@Timeout(300)
@Requires({"root", "netns", "daemon"})
class HostileTest {
  private static final byte[] MAC = Frames.mac("52:54:00:12:34:56");
  private static final byte[] IP = {10, 0, 2, (byte) 201};
  private static final int BETWEEN_CHECKS = 5_000;
  private static final int CONNECTIONS = 300;

  /** Fragments wait for their rest for 30 s, a packet for its neighbour 3 s. */
  private static final long GIVEN_BACK_MILLIS = 60_000;

  private long seed;
  private int turn;

  @BeforeEach
  @SuppressWarnings("SystemOut")
  void tellTheSeed(TestInfo info) {
    seed = Long.getLong("patchbay.seed", System.nanoTime());
    System.out.println(info.getDisplayName() + " -Dpatchbay.seed=" + seed);
  }

  /** One after the other at one daemon, since its memory comes back only after half a minute. */
  @Test
  void twoHundredThousandFramesAndBytesThatAreNone() throws Exception {
    besideAPeer(frames(200_000), this::bytesThatAreNoFrames);
  }

  @Test
  @Tag("full")
  void aMillionFrames() throws Exception {
    besideAPeer(frames(1_000_000));
  }

  private interface Evil {
    void doIt(Daemon daemon, Cable good, int echoPort) throws Exception;
  }

  private Evil frames(int count) {
    return (daemon, good, port) -> {
      HostileGuest guest = new HostileGuest(seed, port);
      try (Cable bad = new Cable(daemon.plug("bad"))) {
        for (int i = 1; i <= count; i++) {
          bad.send(guest.next());
          if (i % BETWEEN_CHECKS == 0) {
            bad.flush();
            works(good, port);
          }
        }
        assertThat(bad.ended()).as("frames do not cost the connection").isFalse();
      }
      assertThat(metric(daemon, "patchbay_rx_packets_total{device=\"bad\"}"))
          .as("most of them are Ethernet, and were taken")
          .isGreaterThan(count / 2);
    };
  }

  private void bytesThatAreNoFrames(Daemon daemon, Cable good, int port) throws Exception {
    HostileGuest guest = new HostileGuest(seed, port);
    for (int i = 0; i < CONNECTIONS; i++) {
      try (Cable bad = new Cable(daemon.plug("bad"))) {
        for (int frames = i % 7; frames > 0; frames--) {
          bad.send(guest.next());
        }
        bad.raw(guest.noise(1 + i * 97 % 9000));
        bad.flush();
      } catch (IOException _) {
        // closed on us for the last one's or this one's garbage: as it should be
      }
      if (i % 30 == 0) {
        works(good, port);
      }
    }
    assertThat(daemon.log()).contains("bad: invalid frame length");
    try (Cable next = new Cable(daemon.plug("bad"))) {
      assertThat(next.ended()).isFalse();
      works(good, port);
    }
  }

  private void besideAPeer(Evil... evils) throws Exception {
    try (Netns world = Netns.create();
        Netns far = Netns.create()) {
      world.veth(far, "192.0.2.1/24", "192.0.2.2/24");
      world.allowPing();
      try (OriginServer origin = OriginServer.start(far);
          Daemon daemon =
              Daemon.start(
                  world,
                  "--listen",
                  "unix:good.sock,name=good",
                  "--listen",
                  "unix:bad.sock,name=bad");
          Cable good = new Cable(daemon.plug("good"))) {
        works(good, origin.echoPort());
        long before = metric(daemon, "patchbay_packet_memory_bytes");
        for (Evil evil : evils) {
          evil.doIt(daemon, good, origin.echoPort());
          works(good, origin.echoPort());
        }
        memoryIsGivenBack(daemon, before);
        assertThat(daemon.exitStatus()).as("the daemon lives").isEmpty();
        assertThat(daemon.stop()).isZero();
        assertThat(daemon.log())
            .doesNotContain("Exception")
            .doesNotContain("Error")
            .doesNotContain("defect");
      }
    }
  }

  private static long metric(Daemon daemon, String name) throws IOException {
    String all = daemon.control().request("GET", "/v1/metrics", null).body();
    Matcher line = Pattern.compile("(?m)^" + Pattern.quote(name) + " (\\d+)$").matcher(all);
    assertThat(line.find()).as(name).isTrue();
    return Long.parseLong(line.group(1));
  }

  private static void memoryIsGivenBack(Daemon daemon, long before) throws Exception {
    long end = System.currentTimeMillis() + GIVEN_BACK_MILLIS;
    long used = metric(daemon, "patchbay_packet_memory_bytes");
    while (used > before && System.currentTimeMillis() < end) {
      Thread.sleep(500);
      used = metric(daemon, "patchbay_packet_memory_bytes");
    }
    assertThat(used).as("bytes of packet memory").isLessThanOrEqualTo(before);
  }

  /** The peer finds the gateway, pings it, and gets back what it sends to the world. */
  private void works(Cable good, int echoPort) throws Exception {
    turn++;
    byte[] request = Frames.arp(1, MAC, IP, new byte[6], Frames.GATEWAY);
    byte[] reply = Frames.arp(2, Frames.BRIDGE, Frames.GATEWAY, MAC, IP);
    answers(good, Frames.ethernet(Frames.BROADCAST, MAC, Frames.ARP, request), 14, reply);

    byte[] own = Frames.text("turn " + turn + " of the peer that means well");
    byte[] ping = Frames.icmp(8, 0, turn, own);
    // the answer's own checksum (at 2) aside
    byte[] pong = Arrays.copyOfRange(Frames.icmp(0, 0, turn, own), 4, 8 + own.length);
    answers(good, packet(Frames.GATEWAY, Frames.ICMP, ping), 38, pong);
    answers(good, packet(Frames.WORLD, Frames.ICMP, ping), 38, pong);
    answers(good, packet(Frames.WORLD, Frames.UDP, Frames.udp(4000, echoPort, own)), 42, own);
  }

  private static byte[] packet(byte[] to, int protocol, byte[] payload) {
    byte[] ip = Frames.ipv4(IP, to, protocol, payload);
    return Frames.repair(Frames.ethernet(Frames.BRIDGE, MAC, Frames.IPV4, ip));
  }

  /** Sent once: nothing may be lost on this cable. */
  private void answers(Cable good, byte[] frame, int at, byte[] expected) throws Exception {
    good.send(frame);
    good.flush();
    byte[] answer =
        good.await(
            got ->
                got.length >= at + expected.length
                    && Arrays.equals(got, 0, 6, MAC, 0, 6)
                    && Arrays.equals(got, at, at + expected.length, expected, 0, expected.length),
            10_000);
    assertThat(answer).as("an answer within 10 s, turn %d, seed %d", turn, seed).isNotNull();
  }
}
