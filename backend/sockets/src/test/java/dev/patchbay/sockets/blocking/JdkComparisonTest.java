package dev.patchbay.sockets.blocking;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same programs over the JDK's own sockets on the host's loopback and over ours have the same
 * outcome: value, or class and message of the exception, on virtual and on platform threads. What
 * is to be different stands in {@link #WANTED}.
 */
@Timeout(60)
class JdkComparisonTest {
  /** Our outcome where it is meant to differ from the JDK's. */
  private static final Map<String, String> WANTED =
      Map.of(
          "connect: a name",
          "java.net.UnknownHostException: name: this network has no name resolver, only literal"
              + " addresses are known");

  private static TwoHosts hosts;

  @BeforeAll
  static void begin() throws Exception {
    hosts = new TwoHosts();
  }

  @AfterAll
  static void end() {
    hosts.close();
  }

  /** Makes sockets, and closes them in the end. */
  private abstract static class Tidy implements JdkScenarios.Sockets {
    private final List<AutoCloseable> made = new ArrayList<>();

    <T extends AutoCloseable> T made(T socket) {
      synchronized (made) {
        made.add(socket);
      }
      return socket;
    }

    void close() throws Exception {
      for (AutoCloseable socket : made) {
        socket.close();
      }
    }
  }

  private static final class Jdk extends Tidy {
    @Override
    public Socket socket() {
      return made(new Socket());
    }

    @Override
    public ServerSocket server() throws IOException {
      return made(new ServerSocket());
    }

    @Override
    public DatagramSocket datagrams(SocketAddress local) throws IOException {
      return made(new DatagramSocket(local));
    }
  }

  private static final class Ours extends Tidy {
    @Override
    public Socket socket() throws IOException {
      return made(hosts.here.newSocket());
    }

    @Override
    public ServerSocket server() throws IOException {
      return made(hosts.here.newServerSocket());
    }

    @Override
    public DatagramSocket datagrams(SocketAddress local) throws IOException {
      return made(hosts.here.newDatagramSocket(local));
    }
  }

  private static Map<String, JdkScenarios.Scenario> scenarios(Tidy net, boolean virtual) {
    Map<String, JdkScenarios.Scenario> all = new LinkedHashMap<>();
    all.putAll(new ConnectionScenarios(net, virtual).all());
    all.putAll(new TransferScenarios(net, virtual).all());
    all.putAll(new DatagramScenarios(net, virtual).all());
    return all;
  }

  static List<String> names() {
    return List.copyOf(scenarios(new Jdk(), true).keySet());
  }

  private static String outcome(Tidy net, String name, boolean virtual) throws Exception {
    JdkScenarios.Scenario scenario = scenarios(net, virtual).get(name);
    try {
      return JdkScenarios.tell(Background.of(virtual, scenario::run)::get);
    } finally {
      net.close();
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void theOutcomeIsTheJdks(String name) throws Exception {
    for (boolean virtual : new boolean[] {true, false}) {
      String jdk = outcome(new Jdk(), name, virtual);
      String ours = outcome(new Ours(), name, virtual);
      String expected = WANTED.getOrDefault(name, jdk);
      assertThat(ours)
          .as("%s, virtual thread: %s, JDK: %s", name, virtual, jdk)
          .isEqualTo(expected);
      if (WANTED.containsKey(name)) {
        assertThat(jdk).as("a difference that is none").isNotEqualTo(ours);
      }
    }
  }

  @Test
  void thereAreEnoughScenarios() {
    assertThat(names()).hasSizeGreaterThanOrEqualTo(40);
    assertThat(names()).containsAll(WANTED.keySet());
  }
}
