package dev.patchbay.it.device;

import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.IER;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.ISR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.MACCR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.MAC_LADR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.NPTXPD;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.NPTXR_BADR;
import static dev.patchbay.qemu.ftgmac100.Ftgmac100Registers.RXR_BADR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.qemu.ftgmac100.Difference;
import dev.patchbay.qemu.ftgmac100.Profile;
import dev.patchbay.qemu.phy.Rtl8211e;
import dev.patchbay.qemu.qtest.QtestClient;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The command {@code patchbay device}, driven over its sockets by a client of qtest. */
@Timeout(120)
class DeviceCommandTest {
  private static final long RING = Subject.RAM + 0x1000;
  private static final long BUFFER = Subject.RAM + 0x2000;

  @TempDir Path folder;

  private static byte[] frame(int length) {
    byte[] frame = new byte[length];
    for (int i = 0; i < length; i++) {
      frame[i] = (byte) i;
    }
    for (int i = 0; i < 6; i++) {
      frame[i] = (byte) (Subject.ADDRESS >> 40 - 8 * i);
    }
    frame[12] = (byte) 0x88;
    frame[13] = (byte) 0xb5;
    return frame;
  }

  private static void transmit(Subject device, byte[] frame) throws Exception {
    device.bus().writeMemory(BUFFER, frame);
    device.bus().write(RING + 12, 4, BUFFER);
    device.bus().write(RING + 4, 4, 0);
    device.bus().write(RING, 4, 0xb0000000L | frame.length);
    device.register(NPTXR_BADR, (int) RING);
    device.register(MACCR, 0xf | 1 << 10 | 1 << 17);
    device.register(NPTXPD, 1);
  }

  @Test
  void framesInterruptsAndTimeOverTheSockets() throws Exception {
    try (DeviceProcess device = DeviceProcess.listening("datasheet", folder)) {
      assertThat(device.ready())
          .isEqualTo(
              "{\"event\":\"ready\",\"model\":\"ftgmac100\",\"qtest\":\"unix:%s\",\"address\":\"unix:%s\"}"
                  .formatted(folder.resolve("q.sock"), folder.resolve("n.sock")));
      assertThat(device.register(MAC_LADR)).isEqualTo((int) Subject.ADDRESS);
      device.register(IER, 0x11);
      transmit(device, frame(60));
      assertThat(device.takeSent()).as("the PHY has no link yet").isEmpty();
      assertThat(device.bus().takeEdges()).containsExactly("raise 2");
      device.register(ISR, -1);
      assertThat(device.bus().clockStep(Rtl8211e.NEGOTIATION)).isEqualTo(Rtl8211e.NEGOTIATION);
      transmit(device, frame(200));
      assertThat(device.takeSent()).containsExactly(frame(200));
      device.register(ISR, -1);
      device.bus().takeEdges();
      // a frame raises the line by itself: the device tells before it is asked
      device.bus().write(RING + 0x10c, 4, BUFFER + 0x1000);
      device.register(RXR_BADR, (int) RING + 0x100);
      device.arrive(frame(42));
      assertThat(device.bus().takeEdges()).containsExactly("raise 2");
      assertThat(device.bus().read(RING + 0x100, 4)).as("padded").isEqualTo(0xb0000040L);
      assertThat(device.bus().readMemory(BUFFER + 0x1000, 42)).isEqualTo(frame(42));
      assertThat(device.end()).isZero();
    }
    try (var left = Files.list(folder)) {
      assertThat(left).extracting(file -> file.getFileName().toString()).containsOnly("device.log");
    }
  }

  @ParameterizedTest
  @EnumSource(Profile.class)
  void itHasWhatItsProfileSays(Profile profile) throws Exception {
    try (DeviceProcess device = DeviceProcess.listening(profile.word(), folder)) {
      device.bus().clockStep(Rtl8211e.NEGOTIATION);
      DifferenceProbe probe = new DifferenceProbe(device);
      List<Difference> seen = new ArrayList<>();
      for (Difference one : Difference.values()) {
        // to the hardware the cable brings no runts: the far end's MAC pads
        boolean padded = profile == Profile.DATASHEET && one == Difference.NO_RUNTS;
        if (!padded && probe.seen(one)) {
          seen.add(one);
        }
      }
      assertThat(seen)
          .containsExactlyInAnyOrderElementsOf(
              profile.differences().stream()
                  .filter(one -> one != Difference.FCS_READS_BEYOND)
                  .toList());
      assertThat(device.end()).isZero();
    }
  }

  @Test
  void connectsAsQemuDoesAndEndsWithItsClient() throws Exception {
    try (DeviceProcess device = DeviceProcess.connecting(folder)) {
      device.bus().clockStep(Rtl8211e.NEGOTIATION);
      transmit(device, frame(60));
      assertThat(device.takeSent()).containsExactly(frame(60));
      device.bus().close();
      assertThat(device.exit()).isZero();
    }
  }

  @Test
  void theNextClientFindsTheMachineAsItWasLeft() throws Exception {
    try (DeviceProcess device = DeviceProcess.listening("datasheet", folder)) {
      device.bus().write(Subject.RAM, 4, 7);
      Path socket = folder.resolve("q.sock");
      try (SocketChannel waiting = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
        QtestClient next = new QtestClient(waiting);
        device.bus().close();
        assertThat(next.read(Subject.RAM, 4)).isEqualTo(7);
        // it leaves in the middle of a line
        waiting.write(ByteBuffer.wrap("readl 0x8000".getBytes(StandardCharsets.US_ASCII)));
      }
      try (SocketChannel third = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
        assertThat(new QtestClient(third).read(Subject.RAM, 4)).isEqualTo(7);
      }
      assertThat(device.end()).isZero();
    }
  }

  @Test
  void aWireWithoutFramingIsClosedAndTheNextIsServed() throws Exception {
    try (DeviceProcess device = DeviceProcess.listening("datasheet", folder)) {
      Path socket = folder.resolve("n.sock");
      try (SocketChannel second = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
        assertThat(second.read(ByteBuffer.allocate(1)))
            .as("not before the first has gone")
            .isEqualTo(-1);
      }
      device.garbage();
      assertThat(device.log()).contains("a frame of 1195725856 bytes is none; closed");
      device.reconnect();
      device.bus().clockStep(Rtl8211e.NEGOTIATION);
      transmit(device, frame(60));
      assertThat(device.takeSent()).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--qtest unix:q --listen unix:n | --model is missing",
        "--model e1000 --qtest unix:q --listen unix:n | --model 'e1000': is not supported yet;"
            + " expected ftgmac100",
        "--model ne2000 --qtest unix:q --listen unix:n | --model 'ne2000': expected ftgmac100",
        "--model ftgmac100 --listen unix:n | --qtest is missing",
        "--model ftgmac100 --vfio-user unix:v --listen unix:n | --vfio-user is not supported yet",
        "--model ftgmac100 --plugin unix:v --listen unix:n | --plugin is not supported yet",
        "--model ftgmac100 --qtest unix:q | --listen or --connect is missing",
        "--model ftgmac100 --qtest unix:q --listen unix:n --connect unix:m | expected one of them",
        "--model ftgmac100 --qtest tcp:1.2.3.4:5 --listen unix:n | expected unix:PATH",
        "--model ftgmac100 --qtest unix:q,server=maybe --listen unix:n | expected on or off",
        "--model ftgmac100 --qtest unix:q,wait=off --listen unix:n | unknown key 'wait'",
        "--model ftgmac100 --qtest unix:q --listen unix:n,mtu=9000 | 'mtu' has no meaning",
        "--model ftgmac100 --profile linux --qtest unix:q --listen unix:n | --profile 'linux':"
            + " expected one of datasheet, qemu-7.2, qemu-11",
        "--model ftgmac100 --qtest unix:q --listen unix:n --seed 1 | unknown option '--seed'",
        "--model ftgmac100 --model ftgmac100 --qtest unix:q --listen unix:n | is given twice",
        "--model ftgmac100 --qtest unix:q --listen unix:n more | unexpected argument 'more'"
      })
  void refusesWhatItCannotDo(String arguments, String message) throws Exception {
    assertThat(run(arguments.split(" "))).isEqualTo(2);
    assertThat(Files.readString(folder.resolve("log")))
        .startsWith("patchbay: device: ")
        .contains(message);
  }

  @Test
  void aSocketThatCannotBeOpenedEndsItWithOne() throws Exception {
    String qtest = "unix:" + folder.resolve("none/q");
    assertThat(run("--model", "ftgmac100", "--qtest", qtest, "--listen", "tcp:127.0.0.1:0"))
        .isEqualTo(1);
    assertThat(Files.readString(folder.resolve("log"))).contains("none");
    String absent = "unix:" + folder.resolve("q") + ",server=off";
    assertThat(run("--model", "ftgmac100", "--qtest", absent, "--listen", "tcp:127.0.0.1:0"))
        .isEqualTo(1);
  }

  private int run(String... arguments) throws Exception {
    Process process = DeviceProcess.launch(folder.resolve("log"), arguments);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }
}
