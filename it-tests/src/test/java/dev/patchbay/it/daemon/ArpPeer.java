package dev.patchbay.it.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.HexFormat;

/** QEMU's end of a stream whose guest asks for the gateway by ARP, and no more. */
final class ArpPeer implements AutoCloseable {
  private static final int LENGTH = 42;

  /** Who has 10.0.2.2? Tell 10.0.2.77, 52:54:00:00:00:77. */
  private static final byte[] WHO_HAS =
      HexFormat.of()
          .parseHex(
              "ffffffffffff5254000000770806"
                  + "00010800060400015254000000770a00024d0000000000000a000202");

  private final SocketChannel channel;

  ArpPeer(Path plug) throws IOException {
    channel = SocketChannel.open(UnixDomainSocketAddress.of(plug));
  }

  /** Asks for the gateway's address. */
  void ask() throws IOException {
    channel.write(ByteBuffer.allocate(4 + LENGTH).putInt(LENGTH).put(WHO_HAS).flip());
  }

  /** Asks and returns the station that answers, as twelve digits. */
  String gateway() throws IOException {
    ask();
    while (true) {
      byte[] frame = read(read(4).getInt()).array();
      if (frame[12] == 8 && frame[13] == 6 && frame[21] == 2) {
        return HexFormat.of().formatHex(frame, 22, 28);
      }
    }
  }

  private ByteBuffer read(int length) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(length);
    while (into.hasRemaining()) {
      assertThat(channel.read(into)).isPositive();
    }
    return into.flip();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
