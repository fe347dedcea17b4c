package dev.patchbay.sockets.blocking;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** How TCP sockets are read and written. */
final class TransferScenarios extends JdkScenarios {
  TransferScenarios(Sockets net, boolean virtual) {
    super(net, virtual);
    read();
    readMore();
    readFurther();
    write();
    writeMore();
  }

  private void read() {
    add(
        "read: in time",
        () -> {
          Socket[] c = pair();
          c[0].setSoTimeout(30);
          String late = tell(c[0].getInputStream()::read);
          send(c[1], "x");
          return late + " " + c[0].getInputStream().read();
        });
    add(
        "read: the end",
        () -> {
          Socket[] c = pair();
          send(c[1], "abc");
          c[1].close();
          InputStream in = c[0].getInputStream();
          String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
          return text + " " + in.read() + " " + in.read() + " " + in.available();
        });
    add(
        "read: closed after the end",
        () -> {
          Socket[] c = pair();
          c[1].close();
          InputStream in = c[0].getInputStream();
          in.read();
          c[0].close();
          return tell(in::read);
        });
    add(
        "read: reset",
        () -> {
          Socket[] c = pair();
          reset(c[1]);
          InputStream in = c[0].getInputStream();
          return tell(in::read) + " " + tell(in::read) + " " + state(c[0]);
        });
    add(
        "read: reset meanwhile",
        () -> {
          Socket[] c = pair();
          var reading = spawn(c[0].getInputStream()::read);
          begun(reading);
          reset(c[1]);
          return failure(reading);
        });
    add(
        "read: reset behind data",
        () -> {
          Socket[] c = pair();
          send(c[1], "abc");
          awaitAvailable(c[0]);
          reset(c[1]);
          pause();
          InputStream in = c[0].getInputStream();
          return tell(() -> in.read(new byte[10])) + " " + tell(in::read);
        });
  }

  private void readMore() {
    add(
        "read: closed before",
        () -> {
          Socket s = pair()[0];
          InputStream in = s.getInputStream();
          s.close();
          return tell(in::read) + ", " + tell(s::getInputStream) + ", " + tell(in::available);
        });
    add(
        "read: closed meanwhile",
        () -> {
          Socket s = pair()[0];
          var reading = spawn(s.getInputStream()::read);
          begun(reading);
          s.close();
          return failure(reading);
        });
    add(
        "read: stream closed meanwhile",
        () -> {
          Socket s = pair()[0];
          var reading = spawn(s.getInputStream()::read);
          begun(reading);
          s.getInputStream().close();
          return failure(reading) + " " + s.isClosed();
        });
    add(
        "read: interrupted",
        () -> {
          Socket s = pair()[0];
          s.setSoTimeout(300);
          var reading =
              spawn(() ->
                  tell(s.getInputStream()::read) + " " + Thread.currentThread().isInterrupted());
          begun(reading);
          reading.thread().interrupt();
          return reading.get() + " " + s.isClosed();
        });
    add(
        "read: interrupted before, with data there",
        () -> {
          Socket[] c = pair();
          send(c[1], "x");
          awaitAvailable(c[0]);
          var reading =
              spawn(() -> {
                Thread.currentThread().interrupt();
                return tell(c[0].getInputStream()::read)
                    + " "
                    + Thread.currentThread().isInterrupted();
              });
          return reading.get() + " " + c[0].isClosed();
        });
    add("read: not connected", () -> tell(net.socket()::getInputStream));
    add(
        "read: nothing asked for",
        () -> {
          Socket s = pair()[0];
          return tell(() -> s.getInputStream().read(new byte[0]));
        });
  }

  private void readFurther() {
    add(
        "read: beyond the array",
        () -> {
          Socket s = pair()[0];
          return tell(() -> s.getInputStream().read(new byte[5], 3, 3));
        });
    add(
        "read: available",
        () -> {
          Socket[] c = pair();
          int before = c[0].getInputStream().available();
          send(c[1], "abcde");
          awaitAvailable(c[0]);
          return before + " " + c[0].getInputStream().available();
        });
    add(
        "read: input shut",
        () -> {
          Socket[] c = pair();
          InputStream in = c[0].getInputStream();
          send(c[1], "abc");
          awaitAvailable(c[0]);
          c[0].shutdownInput();
          return tell(in::read)
              + " "
              + in.available()
              + " "
              + tell(c[0]::getInputStream)
              + " "
              + tellVoid(c[0]::shutdownInput)
              + " "
              + c[0].isInputShutdown();
        });
    add(
        "read: input shut meanwhile",
        () -> {
          Socket s = pair()[0];
          var reading = spawn(s.getInputStream()::read);
          begun(reading);
          s.shutdownInput();
          return failure(reading);
        });
  }

  private void write() {
    add(
        "write: closed before",
        () -> {
          Socket s = pair()[0];
          OutputStream out = s.getOutputStream();
          s.close();
          return tellVoid(() -> out.write(1)) + ", " + tell(s::getOutputStream);
        });
    add(
        "write: closed meanwhile",
        () -> {
          Socket[] c = pair();
          var writing =
              spawn(() -> tellVoid(() -> c[0].getOutputStream().write(new byte[32 << 20])));
          begun(writing);
          c[0].close();
          return writing.get();
        });
    add(
        "write: interrupted",
        () -> {
          if (!virtual) {
            return "an interrupt does nothing here, and the write would last for ever";
          }
          Socket[] c = pair();
          var writing =
              spawn(() ->
                  tellVoid(() -> c[0].getOutputStream().write(new byte[32 << 20]))
                      + " "
                      + Thread.currentThread().isInterrupted());
          begun(writing);
          writing.thread().interrupt();
          return writing.get() + " " + c[0].isClosed();
        });
    add(
        "write: reset before",
        () -> {
          Socket[] c = pair();
          reset(c[1]);
          pause();
          OutputStream out = c[0].getOutputStream();
          return tellVoid(() -> out.write(1)) + ", " + tellVoid(() -> out.write(1));
        });
    add(
        "write: reset meanwhile",
        () -> {
          Socket[] c = pair();
          var writing =
              spawn(() -> tellVoid(() -> c[0].getOutputStream().write(new byte[32 << 20])));
          begun(writing);
          reset(c[1]);
          return writing.get();
        });
  }

  private void writeMore() {
    add(
        "write: the peer has closed",
        () -> {
          Socket[] c = pair();
          c[1].close();
          OutputStream out = c[0].getOutputStream();
          out.write(1);
          pause();
          return tellVoid(() -> out.write(1));
        });
    add(
        "write: output shut",
        () -> {
          Socket[] c = pair();
          OutputStream out = c[0].getOutputStream();
          c[0].shutdownOutput();
          return tellVoid(() -> out.write(1))
              + ", "
              + tell(c[0]::getOutputStream)
              + ", "
              + tellVoid(c[0]::shutdownOutput)
              + ", "
              + c[1].getInputStream().read();
        });
    add(
        "write: to a peer that has shut its output",
        () -> {
          Socket[] c = pair();
          c[1].shutdownOutput();
          int end = c[0].getInputStream().read();
          send(c[0], "still");
          return end + " " + receive(c[1], 5);
        });
    add("write: not connected", () -> tell(net.socket()::getOutputStream));
    add(
        "write: nothing",
        () -> {
          Socket s = pair()[0];
          return tellVoid(() -> s.getOutputStream().write(new byte[0]));
        });
    add(
        "write: urgent data",
        () -> {
          Socket s = pair()[0];
          return tellVoid(() -> s.sendUrgentData(1));
        });
    add("read: past urgent data", () -> withUrgentData(false, 2));
    add("read: urgent data in line", () -> withUrgentData(true, 3));
  }

  private String withUrgentData(boolean inLine, int bytes) throws Exception {
    Socket[] pair = pair();
    pair[1].setOOBInline(inLine);
    pair[0].getOutputStream().write('a');
    pair[0].sendUrgentData('!');
    pair[0].getOutputStream().write('b');
    return new String(pair[1].getInputStream().readNBytes(bytes), StandardCharsets.US_ASCII);
  }
}
