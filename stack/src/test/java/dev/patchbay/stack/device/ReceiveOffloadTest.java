package dev.patchbay.stack.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import dev.patchbay.stack.wire.Bytes;
import dev.patchbay.stack.wire.InternetChecksum;
import dev.patchbay.stack.wire.IpProtocol;
import dev.patchbay.stack.wire.Tcp;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which frames of one TCP stream become one packet, and that it can be cut into them again. */
class ReceiveOffloadTest {
  private final PacketPool pool = new PacketPool(PacketPool.DEFAULT_LIMIT, true);
  private final ReceiveOffload offload = new ReceiveOffload();

  @AfterEach
  void nothingLeaks() {
    pool.checkNoLeaks();
  }

  // ---- what the plug does with them

  /**
   * The frames in one array as QEMU's framing has them, offered one by one: how many were taken.
   */
  private int offer(List<byte[]> frames) {
    int[] at = new int[frames.size()];
    byte[] read = read(frames, at);
    if (!offload.begin(read, at[0], frames.getFirst().length)) {
      return 0;
    }
    int taken = 1;
    while (taken < at.length && offload.add(read, at[taken], frames.get(taken).length)) {
      taken++;
    }
    assertThat(offload.frames()).isEqualTo(taken);
    return taken;
  }

  private static byte[] read(List<byte[]> frames, int[] at) {
    byte[] read = new byte[frames.stream().mapToInt(f -> f.length + 4).sum() + 3];
    int to = 3;
    for (int i = 0; i < at.length; i++) {
      byte[] f = frames.get(i);
      Bytes.put32(read, to, f.length);
      at[i] = to + 4;
      System.arraycopy(f, 0, read, at[i], f.length);
      to = at[i] + f.length;
    }
    return read;
  }

  private Packet merged() {
    Packet packet = pool.acquire(offload.length());
    assertThat(packet).isNotNull();
    offload.write(packet);
    return packet;
  }

  private static List<byte[]> cut(Packet packet) {
    List<byte[]> frames = new ArrayList<>();
    int refused =
        Segmenter.write(
            packet,
            new Segmenter.FrameSink() {
              @Override
              public int reserve(int length) {
                frames.add(new byte[length]);
                return 0;
              }

              @Override
              public byte[] buffer() {
                return frames.getLast();
              }
            });
    assertThat(refused).isZero();
    packet.release();
    return frames;
  }

  // ---- what is merged

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void dataInOrderBecomesOnePacket(boolean v4) {
    List<byte[]> frames = TcpFrames.stream(v4, 1448, 1448, 1448, 100);
    assertThat(offer(frames)).isEqualTo(4);
    assertThat(offload.length())
        .isEqualTo(TcpFrames.l4(v4) + TcpFrames.TCP_HEADER + 3 * 1448 + 100);
    Packet packet = merged();
    assertThat(packet.gsoType).isEqualTo(v4 ? Packet.GSO_TCPV4 : Packet.GSO_TCPV6);
    assertThat(packet.gsoSize).isEqualTo(1448);
    assertThat(packet.gsoCount).isEqualTo(4);
    assertThat(packet.tcp().flags()).isEqualTo(Tcp.ACK | Tcp.PSH);
    assertThat(packet.tcp().sequence()).isEqualTo(TcpFrames.SEQUENCE);
    assertThat(packet.wireLength()).isEqualTo(frames.stream().mapToInt(f -> f.length).sum());
    if (v4) {
      assertThat(packet.ipv4().check(packet.tail)).isTrue();
      assertThat(packet.ipv4().checksumValid()).isTrue();
      assertThat(packet.ipv4().totalLength()).isEqualTo(packet.tail - packet.l3);
    } else {
      assertThat(packet.ipv6().payloadLength()).isEqualTo(packet.tail - packet.l4);
    }
    // completed in one piece it is right as well
    Packet whole = packet.copy();
    assertThat(whole).isNotNull();
    Segmenter.complete(whole);
    int bytes = whole.tail - whole.l4;
    long pseudo =
        InternetChecksum.pseudo(
            whole.sourceHi(),
            whole.sourceLo(),
            whole.destinationHi(),
            whole.destinationLo(),
            IpProtocol.TCP,
            bytes);
    long sum = pseudo + InternetChecksum.sum(whole.data, whole.l4, bytes);
    assertThat(InternetChecksum.fold(sum)).isEqualTo(0xffff);
    whole.release();
    assertThat(cut(packet)).containsExactlyElementsOf(frames);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whateverIsMergedIsCutIntoTheSameFrames(boolean v4) {
    Random random = new Random(7);
    int all = 0;
    for (int run = 0; run < 2000; run++) {
      int count = 2 + random.nextInt(80);
      int size = 40 + random.nextInt(run % 5 == 0 ? 8900 : 1400);
      int[] payloads = new int[count];
      for (int i = 0; i < count; i++) {
        payloads[i] = random.nextInt(12) == 0 ? 1 + random.nextInt(size) : size;
      }
      List<byte[]> frames = TcpFrames.stream(v4, payloads);
      for (int i = random.nextInt(4) - 2; i > 0; i--) {
        byte[] hit = frames.get(random.nextInt(count));
        hit[random.nextInt(hit.length)] ^= (byte) (1 << random.nextInt(8));
        if (random.nextBoolean()) {
          TcpFrames.fix(hit);
        }
      }
      int taken = offer(frames);
      if (taken > 1) {
        all += taken;
        assertThat(cut(merged()))
            .as("run %d", run)
            .containsExactlyElementsOf(frames.subList(0, taken));
      }
    }
    assertThat(all).isGreaterThan(10_000);
  }

  @Test
  void aPacketHoldsWhatIpCanHoldAndNoMoreThan64Frames() {
    int[] jumbo = new int[12];
    java.util.Arrays.fill(jumbo, 8948);
    // 7 times 8948 and the headers are within 65535 bytes, 8 times are not
    assertThat(offer(TcpFrames.stream(true, jumbo))).isEqualTo(7);
    int[] small = new int[100];
    java.util.Arrays.fill(small, 100);
    assertThat(offer(TcpFrames.stream(true, small))).isEqualTo(ReceiveOffload.MAX_FRAMES);
    merged().release();
  }

  // ---- what is not

  @Test
  void aShorterOneAndPshAreTheLast() {
    assertThat(offer(TcpFrames.stream(true, 500, 400, 400))).isEqualTo(2);
    assertThat(offer(TcpFrames.stream(true, 500, 501))).isEqualTo(1);
    List<byte[]> pushed = TcpFrames.stream(true, 500, 500, 500);
    pushed.get(1)[TcpFrames.l4(true) + 13] |= Tcp.PSH;
    TcpFrames.fix(pushed.get(1));
    assertThat(offer(pushed)).isEqualTo(2);
    pushed.get(0)[TcpFrames.l4(true) + 13] |= Tcp.PSH;
    TcpFrames.fix(pushed.get(0));
    assertThat(offer(pushed)).isEqualTo(1);
  }

  /** Byte at an offset from the frame's start; both checksums are right. */
  @ParameterizedTest(name = "v4 {0}, byte {1}: {2}")
  @CsvSource({
    "true, 3, destination address",
    "true, 8, source address",
    "true, 15, type of service",
    "true, 19, id that does not count up",
    "true, 20, DF",
    "true, 21, fragment offset",
    "true, 22, time to live",
    "true, 27, source",
    "true, 32, destination",
    "true, 35, source port",
    "true, 37, destination port",
    "true, 41, sequence",
    "true, 44, acknowledgment",
    "true, 46, data offset",
    "true, 48, window",
    "true, 53, urgent pointer",
    "true, 54, options",
    "true, 61, timestamp",
    "false, 15, traffic class",
    "false, 17, flow label",
    "false, 21, hop limit",
    "false, 29, source",
    "false, 50, destination",
    "false, 61, sequence",
    "false, 81, timestamp"
  })
  void aFrameThatDiffersIsLeftAsItIs(boolean v4, int at, String what) {
    List<byte[]> frames = TcpFrames.stream(v4, 700, 700, 700);
    byte[] odd = frames.get(1);
    odd[at] ^= (byte) (at == 20 ? 0x40 : 1);
    TcpFrames.fix(odd);
    assertThat(offer(frames)).as(what).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {Tcp.FIN, Tcp.SYN, Tcp.RST, Tcp.URG, Tcp.ECE, Tcp.CWR})
  void flagsThatMeanSomethingAreLeftToTcp(int flag) {
    List<byte[]> second = TcpFrames.stream(true, 700, 700, 700);
    second.get(1)[47] |= (byte) flag;
    TcpFrames.fix(second.get(1));
    assertThat(offer(second)).isEqualTo(1);
    List<byte[]> first = TcpFrames.stream(true, 700, 700);
    first.get(0)[47] |= (byte) flag;
    TcpFrames.fix(first.get(0));
    assertThat(offer(first)).isZero();
  }

  private void notBegun(Consumer<byte[]> change) {
    List<byte[]> frames = TcpFrames.stream(true, 700, 700);
    change.accept(frames.get(0));
    assertThat(offer(frames)).isZero();
  }

  @Test
  void onlyPlainTcpBeginsOne() {
    notBegun(f -> Bytes.put16(f, 12, 0x8100));
    notBegun(f -> Bytes.put16(f, 12, 0x0806));
    notBegun(f -> f[14] = 0x46);
    notBegun(f -> f[20] = 0x20);
    notBegun(f -> f[20] = 0);
    notBegun(f -> f[23] = IpProtocol.UDP);
    notBegun(f -> f[24] ^= 1);
    notBegun(f -> Bytes.put16(f, 16, 600));
    notBegun(f -> Bytes.put16(f, 16, 1600));
    notBegun(f -> f[46] = 0x40);
    notBegun(f -> f[46] = (byte) 0x8f);
    assertThat(offer(TcpFrames.stream(true, 20, 20))).as("short").isZero();
  }

  @Test
  void aWrongChecksumIsLeftForTcpToCount() {
    List<byte[]> second = TcpFrames.stream(true, 700, 700, 700);
    second.get(1)[600] ^= 4;
    assertThat(offer(second)).isEqualTo(1);
    List<byte[]> first = TcpFrames.stream(true, 700, 700, 700);
    first.get(0)[600] ^= 4;
    assertThat(offer(first)).isEqualTo(1);
    List<byte[]> third = TcpFrames.stream(false, 700, 700, 700);
    third.get(2)[700] ^= 4;
    assertThat(offer(third)).isEqualTo(2);
    merged().release();
  }

  @Test
  void anIpv4HeaderWithAWrongChecksumIsLeftForIpToCount() {
    List<byte[]> frames = TcpFrames.stream(true, 700, 700, 700);
    frames.get(1)[24] ^= 4;
    assertThat(offer(frames)).isEqualTo(1);
  }
}
