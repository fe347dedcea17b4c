package dev.patchbay.stack.oracle.rules;

import dev.patchbay.stack.oracle.FrameText;
import dev.patchbay.stack.wire.Bytes;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * What two routers choose differently is taken out: identifications of packets that they make in
 * the name of others, and, where connections are translated, ports chosen by chance and
 * identifications of fragments cut anew.
 */
final class Masks {
  /** Ports in a list of connections. */
  private static final Pattern PORT = Pattern.compile("\\b(sport|dport|id)=(\\d+)");

  private final FrameText text = new FrameText(Place.routers());
  private final boolean tracked;

  /**
   * Masks.
   *
   * @param tracked whether connections are tracked
   */
  Masks(boolean tracked) {
    this.tracked = tracked;
  }

  /** The line of a frame. */
  String line(byte[] frame) {
    byte[] packet = Wire.packet(frame);
    boolean ip = packet.length >= (Wire.isV4(packet) ? 20 : 40);
    if (!ip || frame[12] != (byte) (Wire.isV4(packet) ? 0x08 : 0x86)) {
      return text.of(frame);
    }
    if (tracked) {
      fragment(packet);
      flow(packet);
    }
    if (isReset(packet) && Wire.isV4(packet)) {
      Wire.put(packet, 4, new byte[2]);
    }
    if (tracked && isAnswer(packet)) {
      Wire.put(packet, 4, new byte[2]); // of the router's, whose address may be translated
    }
    transport(packet);
    int about = Wire.transport(packet) + 8;
    if (isError(packet) && packet.length >= about + (Wire.isV4(packet) ? 20 : 40)) {
      error(packet, about);
    }
    return text.of(Wire.frame(Bytes.u48(frame, 0), Bytes.u48(frame, 6), packet));
  }

  /** The line of a connection. */
  static String connection(String line) {
    return PORT.matcher(line)
        .replaceAll(found ->
            isKnown(Integer.parseInt(found.group(2))) ? found.group() : found.group(1) + "=chosen");
  }

  private static void flow(byte[] packet) {
    if (!Wire.isV4(packet)) {
      Bytes.put32(packet, 0, Bytes.i32(packet, 0) & 0xfff0_0000);
    }
  }

  private static void fragment(byte[] packet) {
    if (!Wire.isV4(packet) && packet[6] == 44 && packet.length >= 48) {
      Bytes.put32(packet, 44, 0);
    }
  }

  /** A port or an identification that was chosen by chance, and that of a reply to it. */
  private void transport(byte[] packet) {
    int at = Wire.transport(packet);
    int protocol = Wire.protocol(packet);
    if (!tracked || packet.length < at + 8) {
      return;
    }
    if (protocol == Wire.TCP || protocol == Wire.UDP) {
      chosen(packet, at);
      chosen(packet, at + 2);
    }
  }

  private static void chosen(byte[] packet, int at) {
    if (!isKnown(Bytes.u16(packet, at))) {
      Wire.put(packet, at, new byte[2]);
    }
  }

  private static boolean isKnown(int port) {
    return port == 8080
        || port >= 4000 && port <= 4003
        || Arrays.stream(Talk.CLIENTS).anyMatch(known -> known == port)
        || Arrays.stream(Talk.SERVERS).anyMatch(known -> known == port);
  }

  private static boolean isError(byte[] packet) {
    int at = Wire.transport(packet);
    if (packet.length < at + 8) {
      return false;
    }
    return Wire.isV4(packet)
        ? Wire.protocol(packet) == Wire.ICMP && (packet[at] == 3 || packet[at] >= 11)
        : Wire.protocol(packet) == Wire.ICMP6 && packet[at] > 0;
  }

  /**
   * An error that was made in the name of another one. Where it quotes a reset that a rule has
   * sent, Linux does so before the checksum of that is finished.
   */
  private void error(byte[] packet, int about) {
    if (tracked && Wire.isV4(packet)) {
      Wire.put(packet, 4, new byte[2]);
    }
    byte[] quoted = Arrays.copyOfRange(packet, about, packet.length);
    if (tracked) {
      fragment(quoted);
    }
    boolean reset = isReset(quoted);
    if (reset && Wire.isV4(quoted)) {
      Bytes.put16(quoted, 4, 0);
      Bytes.put16(quoted, 10, 0);
    }
    if (reset) {
      Bytes.put16(quoted, Wire.transport(quoted) + 16, 0);
    }
    int at = Wire.transport(quoted);
    boolean ports = Wire.protocol(quoted) == Wire.TCP || Wire.protocol(quoted) == Wire.UDP;
    if (tracked && ports && quoted.length >= at + 8) {
      for (int i = 0; i < 4; i += 2) {
        if (!isKnown(Bytes.u16(quoted, at + i))) {
          Bytes.put16(quoted, at + i, 0);
          int sum = at + (Wire.protocol(quoted) == Wire.TCP ? 16 : 6);
          if (quoted.length >= sum + 2) {
            Bytes.put16(quoted, sum, 0);
          }
        }
      }
    }
    if (!Arrays.equals(quoted, 0, quoted.length, packet, about, packet.length)) {
      System.arraycopy(quoted, 0, packet, about, quoted.length);
      Bytes.put16(packet, about - 6, 0); // of the error, whose checksum covers it
    }
  }

  /** Whether it is an answer to a ping over IPv4. */
  private static boolean isAnswer(byte[] packet) {
    int at = Wire.transport(packet);
    return Wire.isV4(packet)
        && Wire.protocol(packet) == Wire.ICMP
        && packet.length > at
        && packet[at] == 0;
  }

  private static boolean isReset(byte[] packet) {
    return packet.length >= (Wire.isV4(packet) ? 40 : 60)
        && Wire.protocol(packet) == Wire.TCP
        && packet.length >= Wire.transport(packet) + 20
        && (packet[Wire.transport(packet) + 13] & Wire.RST) != 0;
  }
}
