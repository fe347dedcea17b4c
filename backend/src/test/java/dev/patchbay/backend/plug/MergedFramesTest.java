package dev.patchbay.backend.plug;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.device.Tap;
import dev.patchbay.stack.device.TcpFrames;
import dev.patchbay.stack.wire.Bytes;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Frames of one TCP stream, read at once, on their way through a plug. */
@Timeout(30)
class MergedFramesTest extends PlugTestBase {
  private static final int HEADERS = 14 + 20 + TcpFrames.TCP_HEADER;

  private final List<byte[]> stream = TcpFrames.stream(true, 1000, 1000, 1000, 500);
  private final long bytes = stream.stream().mapToLong(f -> f.length).sum();

  private void send(SocketChannel peer) throws Exception {
    ByteBuffer all = ByteBuffer.wrap(framed(stream.toArray(byte[][]::new)));
    while (all.hasRemaining()) {
      peer.write(all);
    }
  }

  @Test
  void theyComeAsOnePacketAndCountAsWhatTheyWere() throws Exception {
    Plug plug = listen();
    try (SocketChannel peer = dial()) {
      assertThat(event()).isEqualTo("attached");
      send(peer);
      byte[] whole = received();
      assertThat(whole).hasSize(HEADERS + 3500);
      int at = HEADERS;
      for (byte[] frame : stream) {
        int length = frame.length - HEADERS;
        assertThat(ByteBuffer.wrap(whole, at, length))
            .isEqualTo(ByteBuffer.wrap(frame, HEADERS, length));
        at += length;
      }
      loop.submit(
              () -> {
                assertThat(frames).isEmpty();
                assertThat(plug.statistics().merged).isEqualTo(4);
                assertThat(port.statistics.rxPackets).isEqualTo(4);
                assertThat(port.statistics.rxBytes).isEqualTo(bytes);
                return null;
              })
          .get();
    }
  }

  private void eachAlone(Plug plug) throws Exception {
    for (byte[] frame : stream) {
      assertThat(received()).isEqualTo(frame);
    }
    loop.submit(
            () -> {
              assertThat(plug.statistics().merged).isZero();
              assertThat(port.statistics.rxPackets).isEqualTo(4);
              assertThat(port.statistics.rxBytes).isEqualTo(bytes);
              return null;
            })
        .get();
  }

  @Test
  void whoLooksAtThePortSeesEachFrame() throws Exception {
    Plug plug = listen();
    List<Integer> seen = new ArrayList<>();
    Tap tap = (device, packet, outgoing) -> seen.add(packet.length());
    loop.submit(
            () -> {
              port.addTap(tap);
              return null;
            })
        .get();
    try (SocketChannel peer = dial()) {
      assertThat(event()).isEqualTo("attached");
      send(peer);
      eachAlone(plug);
      assertThat(loop.submit(() -> List.copyOf(seen)).get())
          .isEqualTo(stream.stream().map(f -> f.length).toList());
    }
  }

  @Test
  void framesForAnotherStationStayAsTheyAre() throws Exception {
    // for a group, which comes up here as well
    stream.forEach(frame -> Bytes.put48(frame, 0, 0xffff_ffff_ffffL));
    Plug plug = listen();
    try (SocketChannel peer = dial()) {
      assertThat(event()).isEqualTo("attached");
      send(peer);
      eachAlone(plug);
    }
  }
}
