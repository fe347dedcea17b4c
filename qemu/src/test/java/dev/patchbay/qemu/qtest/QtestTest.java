package dev.patchbay.qemu.qtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.qemu.device.ArrayMemory;
import dev.patchbay.qemu.device.DeviceBus;
import dev.patchbay.qemu.device.RegisterTrace;
import dev.patchbay.qemu.device.VirtualClock;
import dev.patchbay.qemu.ftgmac100.Ftgmac100;
import dev.patchbay.qemu.ftgmac100.Ftgmac100Config;
import dev.patchbay.qemu.ftgmac100.Ftgmac100Registers;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client drives the server over a unix socket. */
@Timeout(30)
class QtestTest {
  private static final long RAM = 0x80000000L;
  private static final long MAC = 0x1e660000L;

  private final QtestMachine machine =
      new QtestMachine(new ArrayMemory(RAM, 0x10000), new VirtualClock());
  private final Ftgmac100 mac =
      new Ftgmac100(
          Ftgmac100Config.DEFAULT.withMac(0x525400123456L),
          machine.ram(),
          machine.line(2),
          machine.clock(),
          (frame, offset, length, good) -> {},
          RegisterTrace.NONE);

  @TempDir Path folder;
  private CompletableFuture<Void> served = CompletableFuture.completedFuture(null);
  private SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
  private QtestClient client = new QtestClient(channel);

  QtestTest() throws IOException {}

  @BeforeEach
  void connect() throws IOException {
    machine.map(MAC, mac);
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("q"));
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(address);
      channel.connect(address);
      SocketChannel accepted = listener.accept();
      served =
          CompletableFuture.runAsync(() -> {
            try (accepted) {
              new QtestServer(machine).serve(accepted);
            } catch (IOException e) {
              throw new CompletionException(e);
            }
          });
    }
  }

  @AfterEach
  void close() throws Exception {
    client.close();
    served.exceptionally(e -> null).get(10, TimeUnit.SECONDS);
  }

  @Test
  void registersAndMemory() throws Exception {
    assertThat(client.read(MAC + Ftgmac100Registers.MAC_LADR, 4)).isEqualTo(0x00123456);
    assertThat(client.read(MAC + Ftgmac100Registers.MAC_MADR, 8)).isEqualTo(0x12345600005254L);
    client.write(MAC + Ftgmac100Registers.MAHT0, 8, 0x0123456789abcdefL);
    assertThat(client.read(MAC + Ftgmac100Registers.MAHT1, 2)).isEqualTo(0x4567);
    client.write(RAM, 8, 0x1122334455667788L);
    assertThat(client.read(RAM + 1, 2)).isEqualTo(0x6677);
    assertThat(client.read(RAM, 8)).isEqualTo(0x1122334455667788L);
    client.writeMemory(RAM + 4, new byte[] {1, -1});
    assertThat(client.readMemory(RAM + 3, 4)).containsExactly(0x55, 1, -1, 0x22);
    client.fillMemory(RAM, 4, 0xee);
    assertThat(client.read(RAM, 4)).isEqualTo(0xeeeeeeeeL);
    assertThat(client.readMemory(RAM, 0)).isEmpty();
    assertThat(client.read(0, 4)).as("nothing is there").isZero();
    client.write(0, 4, 1);
    client.command("b64write 0x80000010 3 AQID");
    assertThat(client.command("b64read 0x80000010 3")).isEqualTo("AQID");
    assertThat(client.command("endianness")).isEqualTo("little");
  }

  @Test
  void runsOverRegistersAreSplitAsQemuSplitsThem() throws Exception {
    List<String> accesses = new ArrayList<>();
    machine.map(
        0x1e700000L,
        new DeviceBus() {
          @Override
          public int size() {
            return 0x10;
          }

          @Override
          public int read(int offset, int width) {
            accesses.add("r" + offset + "." + width);
            return 0x03020100 + 0x04040404 * (offset / 4) >> 8 * (offset & 3);
          }

          @Override
          public void write(int offset, int width, int value) {
            accesses.add("w" + offset + "." + width + "=" + Integer.toHexString(value));
          }
        });
    assertThat(client.readMemory(0x1e700001L, 8)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    assertThat(accesses).containsExactly("r1.1", "r2.2", "r4.4", "r8.1");
    accesses.clear();
    client.writeMemory(0x1e700004L, new byte[] {1, 2, 3, 4, 5, 6, 7});
    assertThat(accesses).containsExactly("w4.4=4030201", "w8.2=605", "w10.1=7");
    accesses.clear();
    assertThat(client.read(0x1e700002L, 4)).isEqualTo(0x05040302);
    client.write(0x1e700008L, 8, 0x1122334455667788L);
    client.writeMemory(0x1e70000eL, new byte[] {1, 2, 3, 4});
    assertThat(accesses)
        .containsExactly("r2.2", "r4.2", "w8.4=55667788", "w12.4=11223344", "w14.2=201");
  }

  @Test
  void interruptsComeBeforeTheAnswer() throws Exception {
    client.interceptOut("/machine/mac", "sysbus-irq");
    client.write(MAC + Ftgmac100Registers.NPTXR_BADR, 4, RAM);
    client.write(MAC + Ftgmac100Registers.MACCR, 4, 0xf);
    client.write(MAC + Ftgmac100Registers.IER, 4, 0x40);
    client.write(MAC + Ftgmac100Registers.NPTXPD, 4, 1);
    assertThat(client.isRaised(2)).isTrue();
    client.write(MAC + Ftgmac100Registers.ISR, 4, 0x40);
    assertThat(client.isRaised(2)).isFalse();
    assertThat(client.takeEdges()).containsExactly("raise 2", "lower 2");
    assertThat(client.takeEdges()).isEmpty();
  }

  @Test
  void aLineMayBeSetFromOutside() throws Exception {
    client.interceptIn("/machine/soc/vic");
    client.command("set_irq_in /machine/soc/vic unnamed-gpio-in 5 1");
    client.command("set_irq_in /machine/soc/vic unnamed-gpio-in 5 2");
    assertThat(client.isRaised(5)).isTrue();
    client.command("set_irq_in /machine/soc/vic unnamed-gpio-in 5 0");
    assertThat(client.takeEdges()).containsExactly("raise 5", "lower 5");
    assertThatThrownBy(() -> client.command("set_irq_in /machine/soc/vic reset 0 1"))
        .hasMessageContaining("FAIL Unknown input 'reset', expected unnamed-gpio-in");
    assertThatThrownBy(() -> client.command("set_irq_in /machine/soc/vic unnamed-gpio-in 1024 1"))
        .hasMessageContaining("FAIL Line 1024 is out of range, expected 0 to 1023");
    assertThatThrownBy(() -> client.command("set_irq_in /machine/soc/vic unnamed-gpio-in 1"))
        .hasMessageContaining("FAIL Not enough arguments");
  }

  @Test
  void timeGoesWhenItIsTold() throws Exception {
    assertThat(mac.phy()).isNotNull();
    assertThat(client.clockStep(1_499_999_999)).isEqualTo(1_499_999_999);
    client.write(MAC + Ftgmac100Registers.PHYCR, 4, 1 << 26 | 1 << 21);
    assertThat(client.read(MAC + Ftgmac100Registers.PHYDATA, 4) >> 18 & 1).isZero();
    assertThat(client.command("clock_step")).isEqualTo("1500000000");
    client.write(MAC + Ftgmac100Registers.PHYCR, 4, 1 << 26 | 1 << 21);
    assertThat(client.read(MAC + Ftgmac100Registers.PHYDATA, 4) >> 18 & 1).isEqualTo(1);
    assertThat(client.command("clock_set 0x77359400")).isEqualTo("2000000000");
  }

  @Test
  void timeHasAnEnd() throws Exception {
    client.clockStep(1000);
    for (String words :
        new String[] {
          "clock_step 0x7fffffffffffffff",
          "clock_step 0x4000000000000000",
          "clock_step 0xffffffffffffffff",
          "clock_set 0x4000000000000001"
        }) {
      assertThatThrownBy(() -> client.command(words))
          .isInstanceOf(QtestException.class)
          .hasMessageContaining("beyond 4611686018427387904");
    }
    assertThat(client.command("clock_step 1")).isEqualTo("1001");
  }

  @Test
  void aFaultOfADeviceIsToldAndServedOn() throws Exception {
    machine.map(
        0x1e700000L,
        new DeviceBus() {
          @Override
          public int size() {
            return 4;
          }

          @Override
          public int read(int offset, int width) {
            throw new IllegalStateException("broken");
          }

          @Override
          public void write(int offset, int width, int value) {
            throw new ArrayIndexOutOfBoundsException("broken");
          }
        });
    assertThatThrownBy(() -> client.read(0x1e700000L, 4))
        .hasMessageContaining("FAIL Internal error in 'readl'")
        .hasMessageContaining("broken");
    assertThatThrownBy(() -> client.write(0x1e700000L, 4, 1))
        .hasMessageContaining("FAIL Internal error in 'writel'");
    assertThat(client.read(RAM, 4)).as("it serves on").isZero();
  }

  @Test
  void whatItDoesNotKnowFails() throws Exception {
    for (String words : new String[] {"outb 0x80 1", "", "readl", "read 0x80000000 x"}) {
      assertThatThrownBy(() -> client.command(words))
          .isInstanceOf(QtestException.class)
          .hasMessageContaining("FAIL");
    }
    assertThatThrownBy(() -> client.command("read 0x80000000 0x7fffffff"))
        .hasMessage(
            "qtest: read 0x80000000 0x7fffffff: FAIL Length 2147483647 is out of range, expected 1"
                + " to 1048576");
    assertThatThrownBy(() -> client.command("write 0x80000000 2 0x112"))
        .hasMessageContaining("FAIL Invalid number in 'write'");
    assertThatThrownBy(() -> client.command("b64write 0x80000000 4 AQID"))
        .hasMessageContaining("data length mismatch, expected 4, found 3");
    assertThat(client.read(RAM, 4)).as("it serves on").isZero();
  }

  @Test
  void anythingIsAnswered() throws Exception {
    Random random = new Random(4);
    String[] words = {
      "readb",
      "writeq",
      "read",
      "write",
      "memset",
      "b64read",
      "b64write",
      "clock_set",
      "0x80000000",
      "0x1e660020",
      "-1",
      "99999999999999999999",
      "0x",
      "07",
      "8",
      "0xzz",
      "",
      "=="
    };
    for (int i = 0; i < 20_000; i++) {
      StringBuilder line = new StringBuilder();
      for (int word = random.nextInt(5); word >= 0; word--) {
        line.append(words[random.nextInt(words.length)]).append(' ');
      }
      assertThat(machine.execute(line.toString())).matches("(?s)(OK|FAIL).*\n");
    }
  }

  @Test
  void aLineWithoutEndIsRefused() throws Exception {
    ByteBuffer endless = ByteBuffer.allocate(1 << 16);
    assertThatThrownBy(
            () -> {
              while (true) {
                channel.write(endless.clear());
              }
            })
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> served.get(10, TimeUnit.SECONDS))
        .rootCause()
        .hasMessageContaining("a line of more than");
  }

  @Test
  void aServerThatGoesIsTold() throws Exception {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("gone"));
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        SocketChannel other = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(address);
      other.connect(address);
      listener.accept().shutdownOutput();
      assertThatThrownBy(() -> new QtestClient(other).command("endianness"))
          .isInstanceOf(EOFException.class)
          .hasMessage("qtest: the other side has closed");
    }
  }
}
