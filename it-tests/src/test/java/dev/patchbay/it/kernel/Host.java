package dev.patchbay.it.kernel;

import dev.patchbay.backend.sys.Tap;
import dev.patchbay.it.Netns;
import java.io.IOException;
import java.util.List;

/** One end of the cable: a TCP with addresses 10.9.0.N and 02:00:00:00:09:0N. */
interface Host extends AutoCloseable {
  /** Its N, 1 to 9, unlike that of any other host of its lane. */
  int number();

  /** Where its frames come out; for the cable alone. */
  Tap cable();

  /** Waits for one connection at a port. */
  BulkEnd listen(int port, boolean sends) throws Exception;

  /** Opens a connection. */
  BulkEnd dial(Host peer, int port, boolean sends) throws Exception;

  @Override
  void close() throws IOException;

  static String address(int number) {
    return "10.9.0." + number;
  }

  static String mac(int number) {
    return "02:00:00:00:09:0" + number;
  }

  /** Runs one line of words in a namespace. */
  static void ok(Netns netns, String line) throws IOException, InterruptedException {
    netns.exec(line.split(" ", -1)).ok();
  }

  /** Everybody who may be at the other end of a host's cable. */
  List<Integer> NUMBERS = List.of(1, 2, 3);
}
