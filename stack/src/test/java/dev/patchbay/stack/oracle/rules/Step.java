package dev.patchbay.stack.oracle.rules;

import dev.patchbay.stack.wire.Bytes;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A frame for the router, which may depend on what came out before: a host answers to whom it sees,
 * which is not who asked where addresses are translated.
 */
sealed interface Step {
  /**
   * A frame on its way to the router.
   *
   * @param port whose cable
   */
  record In(int port, byte[] frame) {}

  /** The frame, after what came out for the steps before. */
  In resolve(List<Seen> before);

  /** The step whose outcome it looks at, or -1. */
  int after();

  /** The same where that step has another number. */
  Step after(int number);

  /**
   * What a step has led to.
   *
   * @param sent the frame that went in
   * @param came the frame that went on to a host, or null
   * @param port by which it came
   */
  record Seen(In sent, byte @Nullable [] came, int port) {}

  /** A frame as it is. */
  record Plain(In frame) implements Step {
    @Override
    public In resolve(List<Seen> before) {
      return frame;
    }

    @Override
    public int after() {
      return -1;
    }

    @Override
    public Step after(int number) {
      return this;
    }
  }

  /**
   * A host's packet to whom it heard from.
   *
   * @param after the step by which it heard
   * @param otherwise the frame where nothing came, or nothing of that protocol
   */
  record Answer(int after, In otherwise) implements Step {
    @Override
    public In resolve(List<Seen> before) {
      byte[] came = after < 0 ? null : before.get(after).came();
      if (came == null) {
        return otherwise;
      }
      byte[] heard = Wire.packet(came);
      byte[] packet = Wire.packet(otherwise.frame());
      boolean v4 = Wire.isV4(packet);
      if (v4 != Wire.isV4(heard) || Wire.protocol(packet) != Wire.protocol(heard)) {
        return otherwise;
      }
      int from = v4 ? 12 : 8;
      int length = v4 ? 4 : 16;
      int there = Wire.transport(heard);
      int here = Wire.transport(packet);
      Wire.put(packet, from, Arrays.copyOfRange(heard, from + length, from + 2 * length));
      Wire.put(packet, from + length, Arrays.copyOfRange(heard, from, from + length));
      switch (Wire.protocol(packet)) {
        case Wire.TCP, Wire.UDP -> {
          Wire.put(packet, here, Arrays.copyOfRange(heard, there + 2, there + 4));
          Wire.put(packet, here + 2, Arrays.copyOfRange(heard, there, there + 2));
        }
        default -> Wire.put(packet, here + 4, Arrays.copyOfRange(heard, there + 4, there + 6));
      }
      byte[] frame = Wire.frame(Place.mac(before.get(after).port()), Bytes.u48(came, 0), packet);
      return new In(before.get(after).port(), frame);
    }

    @Override
    public Step after(int number) {
      return new Answer(number, otherwise);
    }
  }

  /**
   * An ICMP error about an earlier packet, as it was seen behind the router.
   *
   * @param after the step
   * @param type of the family's ICMP
   * @param rest the four bytes behind the checksum: an MTU, a pointer
   * @param most bytes quoted
   * @param by who tells, null for the one to whom it went
   */
  record Failure(int after, int type, int code, int rest, int most, Place.@Nullable Host by)
      implements Step {
    @Override
    public In resolve(List<Seen> before) {
      Seen seen = before.get(after);
      byte[] about = Wire.packet(seen.came() == null ? seen.sent().frame() : seen.came());
      boolean v4 = Wire.isV4(about);
      byte[] body = Wire.icmp(type, code, rest, Arrays.copyOf(about, Math.min(most, about.length)));
      Place.Host host = by;
      int port = host == null ? 1 : host.port();
      long mac = host == null ? Place.hosts(v4).get(2).mac() : host.mac();
      byte[] came = seen.came();
      if (came != null) {
        port = seen.port();
        mac = Bytes.u48(came, 0);
      }
      byte[] packet =
          Wire.ip(
              host == null ? Wire.destination(about) : host.ip(),
              Wire.source(about),
              v4 ? Wire.ICMP : Wire.ICMP6,
              64,
              0,
              after + 1,
              body);
      return new In(port, Wire.frame(Place.mac(port), mac, packet));
    }

    @Override
    public Step after(int number) {
      return new Failure(number, type, code, rest, most, by);
    }
  }
}
