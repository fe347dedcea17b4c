package dev.patchbay.backend.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.loop.TurnQueue;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class CaptureFileTest {
  @TempDir Path dir;
  private final PacketPool pool = new PacketPool();
  private final TurnQueue flushes = new TurnQueue();
  private final BlockingQueue<String> failures = new LinkedBlockingQueue<>();
  private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
  private final PortDevice port = new PortDevice(4, "net0", 1, 1500);

  private Captures captures() {
    Captures captures =
        new Captures(
            () -> 5,
            flushes::add,
            tasks::add,
            "test 1",
            (capture, message) -> failures.add(message));
    captures.device(port, "");
    port.up(true);
    port.plug(Packet::release);
    return captures;
  }

  /** Captures {@code count} frames into the file, from its opening to its end. */
  private void capture(Path path, int count) throws Exception {
    Captures captures = captures();
    assertThat(captures.add(null, CaptureFile.open(path))).isNotNull();
    send(count);
    captures.end();
    assertThat(captures.await(10_000)).isNull();
  }

  private void send(int count) {
    for (int i = 0; i < count; i++) {
      Packet packet = pool.acquire(60);
      packet.append(60);
      port.transmit(packet);
      flushes.run();
    }
  }

  @Test
  void aNewFileIsTheOwnersOnly() throws Exception {
    Path path = dir.resolve("a.pcapng");
    capture(path, 3);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
    PcapngFile file = PcapngFile.parse(Files.readAllBytes(path));
    assertThat(file.lines()).containsExactly("net0 out 60", "net0 out 60", "net0 out 60");
    assertThat(file.statistics).hasSize(1);
  }

  @Test
  void anExistingFileGetsANewSection() throws Exception {
    Path path = dir.resolve("a.pcapng");
    capture(path, 1);
    capture(path, 2);
    PcapngFile file = PcapngFile.parse(Files.readAllBytes(path));
    assertThat(file.sections).hasSize(2);
    assertThat(file.frames).extracting(PcapngFile.Frame::section).containsExactly(1, 2, 2);
  }

  @Test
  void whatACrashHasLeftIncompleteIsCutOff() throws Exception {
    Path path = dir.resolve("a.pcapng");
    capture(path, 2);
    byte[] whole = Files.readAllBytes(path);
    for (int lost = 1; lost < 200; lost += 13) {
      Files.write(path, java.util.Arrays.copyOf(whole, whole.length - lost));
      capture(path, 1);
      PcapngFile file = PcapngFile.parse(Files.readAllBytes(path));
      assertThat(file.sections).hasSize(2);
      assertThat(file.frames.getLast().section()).isEqualTo(2);
    }
  }

  @Test
  void anEmptyFileIsBegun() throws Exception {
    Path path = Files.createFile(dir.resolve("empty"));
    capture(path, 1);
    assertThat(PcapngFile.parse(Files.readAllBytes(path)).frames).hasSize(1);
  }

  @Test
  void otherFilesAreNotTouched() throws Exception {
    Path path = dir.resolve("notes");
    for (String text : List.of("short", "this is a text of somebody and no capture at all")) {
      Files.writeString(path, text);
      assertThatThrownBy(() -> CaptureFile.open(path))
          .isInstanceOf(IOException.class)
          .hasMessage(path + ": exists and is no pcapng file");
      assertThat(path).hasContent(text);
    }
    assertThatThrownBy(() -> CaptureFile.open(dir.resolve("no/such")))
        .hasMessageContaining("No such file or directory");
    assertThatThrownBy(() -> CaptureFile.open(dir)).isInstanceOf(IOException.class);
  }

  @Test
  void oneCaptureWritesToAFile() throws Exception {
    Path path = dir.resolve("a.pcapng");
    try (CaptureFile first = CaptureFile.open(path)) {
      assertThat(first.name()).isEqualTo(path.toString());
      assertThatThrownBy(() -> CaptureFile.open(path))
          .hasMessage(path + ": another capture is written to it");
    }
    CaptureFile.open(path).close();
  }

  @Test
  void standardOutputGetsNothingElse() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Captures captures = captures();
    captures.add("net0", CaptureFile.standardOutput(new PrintStream(out)));
    send(1);
    captures.end();
    assertThat(captures.await(10_000)).isNull();
    assertThat(PcapngFile.parse(out.toByteArray()).lines()).containsExactly("net0 out 60");
  }

  @Test
  void aFailureIsToldAndHurtsNobodyElse() throws Exception {
    Captures captures = captures();
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("no space");
          }
        };
    Captures.Capture capture =
        captures.add(null, CaptureFile.standardOutput(new PrintStream(closed)));
    assertThat(failures.poll(10, TimeUnit.SECONDS)).isEqualTo("its reader has gone");
    assertThat(capture.failure()).isEqualTo("its reader has gone");
    send(100_000 / 60);
    captures.end();
    assertThat(captures.await(10_000)).isNull();
  }

  @Test
  void theRestIsWrittenThoughNothingMoreComes() throws Exception {
    Path path = dir.resolve("a.pcapng");
    Captures captures = captures();
    captures.add(null, CaptureFile.open(path));
    send(5000);
    long expected = 5000;
    for (int i = 0; i < 200; i++) {
      Runnable task = tasks.poll(50, TimeUnit.MILLISECONDS);
      if (task != null) {
        task.run();
      }
      if (PcapngFile.parse(complete(path)).frames.size() == expected) {
        break;
      }
    }
    assertThat(PcapngFile.parse(complete(path)).frames).hasSize((int) expected);
    captures.end();
    assertThat(captures.await(10_000)).isNull();
  }

  /** The file's complete blocks: its writer may be in the middle of one. */
  private byte[] complete(Path path) throws IOException {
    Path copy = dir.resolve("copy");
    Files.write(copy, Files.readAllBytes(path));
    if (Files.size(copy) == 0) {
      return new byte[0];
    }
    CaptureFile.open(copy).close();
    return Files.readAllBytes(copy);
  }

  @Test
  void aPipeIsWrittenAsItIs() throws Exception {
    Path pipe = dir.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Process reader = new ProcessBuilder("cat", pipe.toString()).start();
    capture(pipe, 2);
    byte[] read = reader.getInputStream().readAllBytes();
    assertThat(PcapngFile.parse(read).frames).hasSize(2);
  }
}
