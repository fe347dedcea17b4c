package dev.patchbay.backend.plug;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.device.TcpFrames;
import dev.patchbay.stack.packet.DropReason;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Frames of one TCP stream where the packet that they would become cannot be had. */
@Timeout(30)
class MergedFramesMemoryTest extends PlugTestBase {
  /** A packet of one frame, and none of several. */
  private static final long LIMIT = 8192;

  MergedFramesMemoryTest() {
    super(LIMIT);
  }

  @Test
  void eachOfThemIsCountedAsDropped() throws Exception {
    Plug plug = listen();
    byte[] last = frame(60, 1);
    try (SocketChannel peer = dial()) {
      assertThat(event()).isEqualTo("attached");
      byte[][] sent = TcpFrames.stream(true, 1000, 1000, 1000, 1000, 1000).toArray(byte[][]::new);
      peer.write(ByteBuffer.wrap(framed(sent)));
      peer.write(ByteBuffer.wrap(framed(last)));
      assertThat(received()).isEqualTo(last);
      loop.submit(
              () -> {
                assertThat(port.statistics.rxDropped).isEqualTo(5);
                assertThat(port.statistics.drops(DropReason.NOMEM)).isEqualTo(5);
                assertThat(plug.statistics().merged).isZero();
                return null;
              })
          .get();
    }
  }
}
