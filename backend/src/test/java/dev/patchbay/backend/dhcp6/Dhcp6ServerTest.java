package dev.patchbay.backend.dhcp6;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.backend.dhcp.Lease;
import dev.patchbay.backend.dhcp6.Dhcp6Message.Option;
import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.VirtualLoop;
import dev.patchbay.stack.wire.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Traces of clients: what comes in, what goes out. */
class Dhcp6ServerTest {
  private static final byte[] CLIENT = HexFormat.of().parseHex("00030001525400123456");
  private static final byte[] SERVER = HexFormat.of().parseHex("0003000152550a000202");
  private static final IpAddress FIRST = IpAddress.parse("fd00:42::100");
  private static final long SECOND = 1_000_000_000L;

  private final VirtualLoop loop = new VirtualLoop();
  private final List<Lease6> seen = new ArrayList<>();
  private final List<Lease6> kept = new ArrayList<>();
  private Dhcp6Server server = server(pool("fd00:42::1ff"));

  private static Dhcp6Settings.Pool pool(String last) {
    return new Dhcp6Settings.Pool(
        FIRST, IpAddress.parse(last), 64, List.of(IpAddress.parse("fd00:42::101")));
  }

  private Dhcp6Server server(Dhcp6Settings.Pool pool) {
    return new Dhcp6Server(
        new Dhcp6Settings(
            0x52550a000202L,
            pool,
            1000,
            List.of(IpAddress.parse("fd00:42::3")),
            List.of("example.com")),
        loop::wallTime,
        List.copyOf(kept),
        leases -> {
          kept.clear();
          kept.addAll(leases);
        },
        seen::add);
  }

  private static Option ia(int iaid, String... addresses) {
    List<Option> inner = new ArrayList<>();
    for (String text : addresses) {
      byte[] value = new byte[24];
      IpAddress ip = IpAddress.parse(text);
      Bytes.put64(value, 0, ip.hi());
      Bytes.put64(value, 8, ip.lo());
      inner.add(new Option(Dhcp6Message.IA_ADDRESS, value));
    }
    byte[] options = Dhcp6Message.emit(inner);
    byte[] value = new byte[12 + options.length];
    Bytes.put32(value, 0, iaid);
    System.arraycopy(options, 0, value, 12, options.length);
    return new Option(Dhcp6Message.IA_NA, value);
  }

  private static Option of(int code, byte... value) {
    return new Option(code, value);
  }

  private static byte[] message(int type, Option... options) {
    return new Dhcp6Message(type, 0xabcdef, List.of(options)).emit();
  }

  private static byte[] fromClient(int type, boolean toServer, Option... more) {
    List<Option> options = new ArrayList<>();
    options.add(of(Dhcp6Message.CLIENT_ID, CLIENT));
    if (toServer) {
      options.add(of(Dhcp6Message.SERVER_ID, SERVER));
    }
    options.addAll(List.of(more));
    return message(type, options.toArray(Option[]::new));
  }

  private Dhcp6Message answer(byte[] b) {
    byte[] out = server.handle(b, 0, b.length, "net0", true);
    return out == null ? null : Objects.requireNonNull(Dhcp6Message.parse(out, 0, out.length));
  }

  /** What an answer gives, in words: {@code fd00:42::100 1000}, or {@code status 2}. */
  private static String words(Dhcp6Message m) {
    if (m == null) {
      return "silence";
    }
    StringBuilder out =
        new StringBuilder(m.type() == Dhcp6Message.ADVERTISE ? "advertise" : "reply");
    words(m.options(), out);
    return out.toString();
  }

  private static void words(List<Option> options, StringBuilder out) {
    for (Option o : options) {
      switch (o.code()) {
        case Dhcp6Message.IA_NA -> {
          out.append(" ia").append(Bytes.i32(o.value(), 0));
          words(Dhcp6Message.options(o.value(), 12, o.value().length), out);
        }
        case Dhcp6Message.IA_PD -> {
          out.append(" pd");
          words(Dhcp6Message.options(o.value(), 12, o.value().length), out);
        }
        case Dhcp6Message.IA_ADDRESS ->
            out.append(' ')
                .append(new IpAddress(Bytes.i64(o.value(), 0), Bytes.i64(o.value(), 8)))
                .append(' ')
                .append(Bytes.u32(o.value(), 20));
        case Dhcp6Message.STATUS -> out.append(" status ").append(Bytes.u16(o.value(), 0));
        case Dhcp6Message.RAPID_COMMIT -> out.append(" rapid");
        default -> {}
      }
    }
  }

  @Test
  void solicitAdvertiseRequestReply() {
    Dhcp6Message advertise = answer(fromClient(Dhcp6Message.SOLICIT, false, ia(7)));
    assertThat(words(advertise)).isEqualTo("advertise ia7 fd00:42::100 1000");
    assertThat(advertise.transaction()).isEqualTo(0xabcdef);
    assertThat(advertise.first(Dhcp6Message.CLIENT_ID)).isEqualTo(CLIENT);
    assertThat(advertise.first(Dhcp6Message.SERVER_ID)).isEqualTo(SERVER);
    assertThat(HexFormat.of().formatHex(advertise.first(Dhcp6Message.DNS_SERVERS)))
        .isEqualTo("fd000042000000000000000000000003");
    assertThat(HexFormat.of().formatHex(advertise.first(Dhcp6Message.DOMAIN_LIST)))
        .isEqualTo("076578616d706c6503636f6d00");
    assertThat(seen).isEmpty();
    Dhcp6Message reply = answer(fromClient(Dhcp6Message.REQUEST, true, ia(7, "fd00:42::100")));
    assertThat(words(reply)).isEqualTo("reply ia7 fd00:42::100 1000");
    // T1 and T2 are half and four fifths of the preferred lifetime (section 21.4)
    byte[] ia = reply.first(Dhcp6Message.IA_NA);
    assertThat(Bytes.i32(ia, 4)).isEqualTo(500);
    assertThat(Bytes.i32(ia, 8)).isEqualTo(800);
    assertThat(seen).hasSize(1);
    assertThat(seen.getFirst().mac()).isEqualTo(0x525400123456L);
    // a second association gets the next that is free: fd00:42::101 is our own
    assertThat(words(answer(fromClient(Dhcp6Message.REQUEST, true, ia(8)))))
        .isEqualTo("reply ia8 fd00:42::102 1000");
  }

  @Test
  void rapidCommit() {
    byte[] m = fromClient(Dhcp6Message.SOLICIT, false, of(Dhcp6Message.RAPID_COMMIT), ia(7));
    assertThat(words(answer(m))).isEqualTo("reply ia7 fd00:42::100 1000 rapid");
    assertThat(kept).hasSize(1);
  }

  @Test
  void renewRebindReleaseDecline() {
    answer(fromClient(Dhcp6Message.REQUEST, true, ia(7)));
    loop.runFor(500 * SECOND);
    byte[] renew = fromClient(Dhcp6Message.RENEW, true, ia(7, "fd00:42::100"));
    assertThat(words(answer(renew))).isEqualTo("reply ia7 fd00:42::100 1000");
    loop.runFor(900 * SECOND);
    assertThat(server.leases().getFirst().state()).isEqualTo(Lease.State.BOUND);
    byte[] rebind = fromClient(Dhcp6Message.REBIND, false, ia(7, "fd00:42::100", "fd00:42::9"));
    assertThat(words(answer(rebind))).isEqualTo("reply ia7 fd00:42::100 1000 fd00:42::9 0");
    byte[] release = fromClient(Dhcp6Message.RELEASE, true, ia(7, "fd00:42::100"), ia(9));
    assertThat(words(answer(release))).isEqualTo("reply ia9 status 3 status 0");
    assertThat(server.leases().getFirst().state()).isEqualTo(Lease.State.RELEASED);
    answer(fromClient(Dhcp6Message.REQUEST, true, ia(7)));
    byte[] decline = fromClient(Dhcp6Message.DECLINE, true, ia(7, "fd00:42::100"));
    assertThat(words(answer(decline))).isEqualTo("reply status 0");
    assertThat(words(answer(fromClient(Dhcp6Message.REQUEST, true, ia(7)))))
        .isEqualTo("reply ia7 fd00:42::102 1000");
    loop.runFor(601 * SECOND);
    server.expire();
    assertThat(words(answer(fromClient(Dhcp6Message.REQUEST, true, ia(10)))))
        .isEqualTo("reply ia10 fd00:42::100 1000");
  }

  @Test
  void anAddressOfNoRecordIsRenewedWhereItIsFree() {
    byte[] renew = fromClient(Dhcp6Message.RENEW, true, ia(7, "fd00:42::150"));
    assertThat(words(answer(renew))).isEqualTo("reply ia7 fd00:42::150 1000");
    byte[] other = fromClient(Dhcp6Message.RENEW, true, ia(8, "fd00:42::150"));
    assertThat(words(answer(other))).isEqualTo("reply ia8 fd00:42::150 0 status 3");
  }

  @Test
  void confirm() {
    assertThat(words(answer(fromClient(Dhcp6Message.CONFIRM, false, ia(7, "fd00:42::100")))))
        .isEqualTo("reply status 0");
    assertThat(words(answer(fromClient(Dhcp6Message.CONFIRM, false, ia(7, "fd00:43::100")))))
        .isEqualTo("reply status 4");
    assertThat(answer(fromClient(Dhcp6Message.CONFIRM, false, ia(7)))).isNull();
  }

  @Test
  void whatItDoesNotHaveItSays() {
    assertThat(words(answer(fromClient(Dhcp6Message.REQUEST, true, ia(7, "fd00:43::100")))))
        .isEqualTo("reply ia7 status 4");
    Option pd = of(Dhcp6Message.IA_PD, new byte[12]);
    assertThat(words(answer(fromClient(Dhcp6Message.SOLICIT, false, pd))))
        .isEqualTo("advertise pd status 6");
    server = server(pool("fd00:42::100"));
    answer(fromClient(Dhcp6Message.REQUEST, true, ia(1)));
    assertThat(words(answer(fromClient(Dhcp6Message.SOLICIT, false, ia(2)))))
        .isEqualTo("advertise status 2");
    assertThat(words(answer(fromClient(Dhcp6Message.REQUEST, true, ia(2)))))
        .isEqualTo("reply ia2 status 2");
    assertThat(server.refused()).isEqualTo(2);
  }

  @Test
  void informationAlone() {
    server = server(null);
    Dhcp6Message reply = answer(message(Dhcp6Message.INFORMATION_REQUEST));
    assertThat(words(reply)).isEqualTo("reply");
    assertThat(reply.first(Dhcp6Message.DNS_SERVERS)).hasSize(16);
    assertThat(words(answer(fromClient(Dhcp6Message.SOLICIT, false, ia(7)))))
        .isEqualTo("advertise status 2");
  }

  @Test
  void whatMustBeDiscarded() {
    assertThat(answer(fromClient(Dhcp6Message.SOLICIT, true, ia(7)))).isNull(); // server id
    assertThat(answer(message(Dhcp6Message.SOLICIT, ia(7)))).isNull(); // no client id
    assertThat(answer(fromClient(Dhcp6Message.REQUEST, false, ia(7)))).isNull(); // no server id
    byte[] other = SERVER.clone();
    other[9]++;
    assertThat(
            answer(
                message(
                    Dhcp6Message.REQUEST,
                    of(Dhcp6Message.CLIENT_ID, CLIENT),
                    of(Dhcp6Message.SERVER_ID, other),
                    ia(7))))
        .isNull();
    assertThat(answer(fromClient(Dhcp6Message.REPLY, true, ia(7)))).isNull();
    assertThat(answer(fromClient(12, true))).isNull(); // a relay
    assertThat(server.ignored()).isEqualTo(6);
    byte[] solicit = fromClient(Dhcp6Message.SOLICIT, false, ia(7));
    assertThat(server.handle(solicit, 0, solicit.length, "net0", false)).isNull();
    byte[] request = fromClient(Dhcp6Message.REQUEST, true, ia(7));
    byte[] out = server.handle(request, 0, request.length, "net0", false);
    assertThat(words(Dhcp6Message.parse(out, 0, out.length))).isEqualTo("reply status 5");
    assertThat(kept).isEmpty();
  }

  @Test
  void onePortCannotEatThePool() {
    for (int i = 0; i < 300; i++) {
      answer(fromClient(Dhcp6Message.REQUEST, true, ia(i)));
    }
    assertThat(server.leases()).hasSize(Dhcp6Server.LEASES_PER_PORT);
    byte[] b = fromClient(Dhcp6Message.REQUEST, true, ia(1000));
    byte[] out = server.handle(b, 0, b.length, "net1", true);
    assertThat(words(Dhcp6Message.parse(out, 0, out.length))).startsWith("reply ia1000 fd00:42::");
  }

  @Test
  void leasesOutliveARestart() {
    answer(fromClient(Dhcp6Message.REQUEST, true, ia(6)));
    answer(fromClient(Dhcp6Message.REQUEST, true, ia(7)));
    Lease6 again = Lease6.of(kept.getLast().toMap("br0"));
    assertThat(again).isEqualTo(kept.getLast());
    server = server(pool("fd00:42::1ff"));
    assertThat(words(answer(fromClient(Dhcp6Message.SOLICIT, false, ia(7)))))
        .isEqualTo("advertise ia7 fd00:42::102 1000");
  }

  @Test
  void noBytesHarm() {
    Random random = new Random(1);
    byte[] good = fromClient(Dhcp6Message.REQUEST, true, ia(7, "fd00:42::100"), ia(8));
    for (int i = 0; i < 100_000; i++) {
      byte[] b = Arrays.copyOf(good, random.nextInt(good.length + 1));
      for (int k = random.nextInt(5); k > 0 && b.length > 0; k--) {
        b[random.nextInt(b.length)] = (byte) random.nextInt();
      }
      server.handle(b, 0, b.length, "net" + i % 3, i % 7 != 0);
    }
    assertThat(server.malformed()).isPositive();
    assertThat(server.leases().size()).isLessThanOrEqualTo(3 * Dhcp6Server.LEASES_PER_PORT);
  }

  @Test
  void nothingIsCommittedWithoutAnAddress() {
    Option rapid = of(Dhcp6Message.RAPID_COMMIT);
    assertThat(words(answer(fromClient(Dhcp6Message.SOLICIT, false, ia(7), rapid))))
        .isEqualTo("reply ia7 fd00:42::100 1000 rapid");
    assertThat(words(answer(fromClient(Dhcp6Message.SOLICIT, false, rapid))))
        .isEqualTo("advertise");
    // section 16.12: who asks for information alone has no association
    assertThat(words(answer(fromClient(Dhcp6Message.INFORMATION_REQUEST, false, ia(7)))))
        .isEqualTo("silence");
  }
}
