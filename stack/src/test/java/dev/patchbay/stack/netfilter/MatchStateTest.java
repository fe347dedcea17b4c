package dev.patchbay.stack.netfilter;

import static dev.patchbay.stack.netfilter.Firewall.GUEST;
import static dev.patchbay.stack.netfilter.Firewall.WORLD;
import static dev.patchbay.stack.netfilter.Firewall.udp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.Lab;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.loop.TurnTask;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.expression.StringCondition;
import dev.patchbay.stack.netfilter.expression.TimeCondition;
import dev.patchbay.stack.netfilter.place.Hook;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.tcp.TcpError;
import dev.patchbay.stack.tcp.TcpHandler;
import dev.patchbay.stack.tcp.TcpSocket;
import dev.patchbay.stack.time.TimerWheel;
import dev.patchbay.stack.udp.UdpSocket;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Matches whose answer depends on more than the packet: the clock, what was before, sockets. */
class MatchStateTest {
  private static final long HOUR = 3_600_000L;

  private final Firewall wall = new Firewall();

  @AfterEach
  void nothingLeaks() {
    wall.lab.toA.clear();
    wall.close();
  }

  private boolean passes() {
    wall.fromGuest(udp(GUEST, WORLD, 9));
    return wall.reachedWorld() == 1;
  }

  @Test
  void timesOfTheDayAndDaysAreThoseOfTheWallClock() {
    // the clock begins two seconds after 2026-01-01T00:00:00Z, a Thursday
    wall.rule("iptables -P FORWARD DROP")
        .rule("iptables -A FORWARD -m time --timestart 01:00 --timestop 02:00 -j ACCEPT");
    assertThat(passes()).isFalse();
    wall.lab.loop.runForMillis(HOUR);
    assertThat(passes()).isTrue();
    wall.lab.loop.runForMillis(HOUR);
    assertThat(passes()).isFalse();
    wall.lab.introduceA();
    wall.rule("iptables -R FORWARD 1 -m time --weekdays Thu --monthdays 1 -j ACCEPT");
    assertThat(passes()).isTrue();
    wall.rule("iptables -R FORWARD 1 -m time --weekdays Fri -j ACCEPT");
    assertThat(passes()).isFalse();
    wall.rule("iptables -R FORWARD 1 -m time --datestart 2026-01-01T03 -j ACCEPT");
    assertThat(passes()).isFalse();
    wall.rule("iptables -R FORWARD 1 -m time --datestop 2026-01-01T03 -j ACCEPT");
    assertThat(passes()).isTrue();
  }

  @Test
  void aNightBelongsToTheDayBeforeWhereItIsContiguous() {
    String night = "-m time --timestart 23:00 --timestop 01:00 --weekdays Wed";
    wall.rule("iptables -P FORWARD DROP").rule("iptables -A FORWARD " + night + " -j ACCEPT");
    assertThat(passes()).as("it is Thursday").isFalse();
    wall.rule("iptables -R FORWARD 1 " + night + " --contiguous -j ACCEPT");
    assertThat(passes()).isTrue();
    wall.lab.loop.runForMillis(HOUR);
    assertThat(passes()).as("after one").isFalse();
  }

  @Test
  void daysOfMonthsAndWeeksAreRightForEightyYears() {
    LocalDateTime day = LocalDateTime.of(2026, 1, 1, 12, 0);
    Clock clock = new Clock();
    PacketFields nothing = new PacketFields();
    for (; day.getYear() < 2106; day = day.plusDays(1)) {
      clock.wall = day.toEpochSecond(ZoneOffset.UTC) * 1_000_000_000L;
      int monthday = 1 << day.getDayOfMonth();
      int weekday = 1 << day.getDayOfWeek().getValue();
      assertThat(at(clock, weekday, monthday).holds(nothing)).as("%s", day).isTrue();
      assertThat(at(clock, ~weekday, monthday).holds(nothing)).as("%s", day).isFalse();
      assertThat(at(clock, weekday, ~monthday).holds(nothing)).as("%s", day).isFalse();
    }
  }

  private static TimeCondition at(Clock clock, int weekdays, int monthdays) {
    long last = 0xffff_ffffL;
    return new TimeCondition(
        clock, new TimeCondition.When(0, last, 0, TimeCondition.LAST, weekdays, monthdays, false));
  }

  /** A loop of which the wall clock alone is asked. */
  private static final class Clock implements EventLoop {
    private final VirtualLoop rest = new VirtualLoop();
    private long wall;

    @Override
    public long now() {
      return rest.now();
    }

    @Override
    public long wallTime() {
      return wall;
    }

    @Override
    public TimerWheel timers() {
      return rest.timers();
    }

    @Override
    public void execute(Runnable task) {
      rest.execute(task);
    }

    @Override
    public void atEndOfTurn(TurnTask task) {
      rest.atEndOfTurn(task);
    }
  }

  @Test
  void aQuotaGoesOnWhereOtherRulesChange() {
    wall.rule("iptables -P FORWARD DROP").rule("iptables -A FORWARD -m quota --quota 70 -j ACCEPT");
    assertThat(passes()).isTrue();
    wall.rule("iptables -I FORWARD -p tcp -j DROP");
    assertThat(passes()).isTrue();
    assertThat(passes()).as("6 bytes are left").isFalse();
    assertThat(wall.counted("iptables", "FORWARD").getLast())
        .isEqualTo("[2:64] -A FORWARD -m quota --quota 70 -j ACCEPT");
    wall.rule("iptables -R FORWARD 2 -m quota --quota 70 -j ACCEPT");
    assertThat(passes()).as("a new one").isTrue();
  }

  @Test
  void whatProgramsSendIsRootsAndWhatTheStackSendsIsNobodys() {
    for (String option : new String[] {"--uid-owner root", "--socket-exists", "! --uid-owner 7"}) {
      wall.rule("iptables -A OUTPUT -m owner " + option);
    }
    UdpSocket socket = wall.lab.stack.udp().open((s, p) -> {});
    assertThat(socket.bind(0, 0, 1000, null)).isTrue();
    IpAddress world = IpAddress.parse(WORLD);
    assertThat(socket.send(new byte[3], 0, 3, 0, 0, world.hi(), world.lo(), 7, null)).isTrue();
    counts("[1:31]", "[1:31]", "[1:31]");
    IpAddress own = IpAddress.parse("10.0.2.2");
    TcpSocket stream =
        wall.lab
            .stack
            .tcp()
            .connect(own.hi(), own.lo(), 5000, world.hi(), world.lo(), 80, new Idle());
    wall.lab.loop.runForMillis(10);
    counts("[2:95]", "[2:95]", "[2:95]");
    byte[] ping = Lab.icmp(8, 0, 1, new byte[8]);
    wall.fromGuest(Lab.ipv4(GUEST, "10.0.2.2", IpProtocol.ICMP, 64, ping));
    counts("[2:95]", "[3:131]", "[3:131]");
    Objects.requireNonNull(stream).abort();
    socket.close();
  }

  private static final class Idle implements TcpHandler {
    @Override
    public void onReadable(TcpSocket socket) {}

    @Override
    public void onWritable(TcpSocket socket) {}

    @Override
    public void onClosed(TcpSocket socket, TcpError error) {}
  }

  private void counts(String... expected) {
    assertThat(wall.counted("iptables", "OUTPUT").stream().skip(1).map(l -> l.split(" ")[0]))
        .containsExactly(expected);
    wall.reachedWorld();
  }

  @Test
  void forwardedPacketsHaveNoSocket() {
    wall.rule("iptables -t mangle -A POSTROUTING -m owner --socket-exists -j DROP");
    assertThat(passes()).isTrue();
    wall.rule("iptables -t mangle -A POSTROUTING -m owner ! --socket-exists -j DROP");
    assertThat(passes()).isFalse();
  }

  @Test
  void aTextIsFoundWhereJavaFindsIt() {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      String pattern = text(random, 1 + random.nextInt(8));
      String data = text(random, random.nextInt(40));
      int from = random.nextInt(45);
      int to = from + random.nextInt(45);
      byte[] packet =
          Lab.ipv4(GUEST, WORLD, IpProtocol.UDP, 64, data.getBytes(StandardCharsets.US_ASCII));
      int end = Math.min(20 + data.length(), to);
      String all = " ".repeat(20) + data;
      boolean is = from < end && all.substring(from, end).contains(pattern);
      Bytes.put16(packet, 10, 0); // so that no byte of the header is a letter
      assertThat(holds(packet, pattern, from, to)).as("%s in %s", pattern, data).isEqualTo(is);
    }
  }

  private boolean holds(byte[] ip, String pattern, int from, int to) {
    Packet packet = Objects.requireNonNull(wall.lab.pool.acquire(ip.length));
    packet.l3 = packet.append(ip.length);
    System.arraycopy(ip, 0, packet.data, packet.l3, ip.length);
    PacketFields fields = new PacketFields();
    fields.load(packet, Hook.FORWARD, null, null, 0);
    byte[] bytes = pattern.getBytes(StandardCharsets.US_ASCII);
    boolean holds = new StringCondition(bytes, from, to, false, false).holds(fields);
    packet.release();
    return holds;
  }

  private static String text(Random random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(random.nextInt(4) == 0 ? 'b' : 'a');
    }
    return text.toString();
  }

  @Test
  void ofTwoWaysBackTheOneByItsDeviceCounts() {
    wall.ip("-6 route add 2001:db8:9::/64 dev br0 metric 2000");
    wall.ip("-6 route add 2001:db8:9::/64 dev host0 metric 10");
    wall.ip("-6 route add 2001:db8:9::/120 dev host0");
    wall.rule("ip6tables -t raw -A PREROUTING -s 2001:db8:9::/64 -m rpfilter");
    wall.fromGuest(Lab.ipv6("2001:db8:9::1:1", "fec0::2", 17, 64, Lab.udp(1, 9, new byte[4])));
    wall.fromGuest(Lab.ipv6("2001:db8:9::1", "fec0::2", 17, 64, Lab.udp(1, 9, new byte[4])));
    // that the second one has a longer prefix elsewhere is another matter
    assertThat(wall.counted("ip6tables", "PREROUTING").getLast()).startsWith("[1:52] ");
  }

  @Test
  void theRoutesSourceIsRecorded() {
    wall.ip("address add 10.0.9.9/32 dev br0");
    wall.ip("route add 198.51.100.0/24 dev host0 src 10.0.9.9");
    byte[] ip = Lab.ipv4("10.0.2.15", "198.51.100.7", 17, 64, new byte[8 + 12]);
    ip[0] = 0x47; // record route, of one place
    ip[20] = 7;
    ip[21] = 7;
    ip[22] = 4;
    ip[10] = 0;
    ip[11] = 0;
    Bytes.put16(ip, 10, InternetChecksum.finish(InternetChecksum.sum(ip, 0, 28)));
    wall.fromGuest(ip);
    byte[] sent = wall.lab.toWorld.remove();
    assertThat(Bytes.i32(sent, 23)).isEqualTo(Lab.v4("10.0.9.9"));
  }
}
