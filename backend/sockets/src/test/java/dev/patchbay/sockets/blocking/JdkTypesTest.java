package dev.patchbay.sockets.blocking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.patchbay.stack.socket.SocketAddress;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.NoRouteToHostException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The JDK's types where their own sockets cannot be compared: between hosts, names, groups. */
@Timeout(60)
class JdkTypesTest {
  private TwoHosts net;

  @BeforeEach
  void begin() throws Exception {
    net = new TwoHosts();
  }

  @AfterEach
  void end() throws Exception {
    assertThat(net.waiting()).isZero();
    net.close();
  }

  private static InetAddress address(String literal) {
    return InetAddress.ofLiteral(literal);
  }

  // ---- errors that come from elsewhere

  @Test
  void unreachable() throws Exception {
    var factory = net.here.socketFactory();
    assertThatThrownBy(() -> factory.createSocket("10.9.0.1", 80))
        .isExactlyInstanceOf(NoRouteToHostException.class)
        .hasMessage("No route to host");
    assertThatThrownBy(() -> factory.createSocket("192.0.2.1", 80))
        .isExactlyInstanceOf(SocketException.class)
        .hasMessage("Network is unreachable");
    assertThatThrownBy(() -> factory.createSocket(TwoHosts.THERE, 80))
        .isExactlyInstanceOf(ConnectException.class)
        .hasMessage("Connection refused");
    assertThatThrownBy(() -> factory.createSocket(TwoHosts.THERE, 80, address("10.1.0.9"), 0))
        .isExactlyInstanceOf(BindException.class)
        .hasMessage("Cannot assign requested address");
    net.cut();
    Socket late = factory.createSocket();
    assertThatThrownBy(() -> late.connect(new InetSocketAddress(TwoHosts.THERE, 80), 50))
        .isExactlyInstanceOf(SocketTimeoutException.class)
        .hasMessage("Connect timed out");
  }

  // ---- names

  @Test
  void namesAreRefusedWithoutAResolver() throws Exception {
    assertThatThrownBy(() -> net.here.socketFactory().createSocket("example.org", 80))
        .isExactlyInstanceOf(UnknownHostException.class)
        .hasMessage(
            "example.org: this network has no name resolver, only literal addresses are known");
  }

  @Test
  void namesGoByTheResolver() throws Exception {
    BlockingNetwork named =
        new BlockingNetwork(
            net.stackHere,
            host -> {
              if (host.equals("there.test")) {
                return List.of(InetAddress.getByAddress(host, address("fd01::2").getAddress()));
              }
              throw new UnknownHostException(host);
            });
    ServerSocket server = net.there.serverSocketFactory().createServerSocket(80);
    try (Socket client = named.socketFactory().createSocket("there.test", 80)) {
      assertThat(client.getInetAddress()).hasToString("there.test/fd01:0:0:0:0:0:0:2");
      Socket accepted = server.accept();
      assertThat(accepted.getInetAddress()).isEqualTo(address("fd01::1"));
    }
    Socket byAddress = named.socketFactory().createSocket();
    byAddress.connect(InetSocketAddress.createUnresolved("there.test", 80));
    byAddress.close();
    assertThatThrownBy(() -> named.socketFactory().createSocket("elsewhere.test", 80))
        .isExactlyInstanceOf(UnknownHostException.class)
        .hasMessage("elsewhere.test");
    server.close();
  }

  @Test
  void literalsOfBothFamiliesAndWithADevice() throws Exception {
    ServerSocket server = net.there.serverSocketFactory().createServerSocket(80);
    for (String host : List.of("10.1.0.2", "fd01::2", "[fd01::2]", "fe80::5054:ff:fe00:102%2")) {
      Socket client = net.here.socketFactory().createSocket(host, 80);
      Socket accepted = server.accept();
      assertThat(accepted.getInetAddress().isLinkLocalAddress()).isEqualTo(host.contains("%"));
      client.close();
      accepted.close();
    }
    assertThatThrownBy(() -> net.here.socketFactory().createSocket("fe80::1%eth0", 80))
        .isExactlyInstanceOf(UnknownHostException.class)
        .hasMessageStartingWith("fe80::1%eth0: this network has no name resolver");
    server.close();
  }

  @Test
  void thePeerWithoutAddressIsOurselves() throws Exception {
    BlockingSocket four = TwoHosts.stream(net.here);
    four.bind(SocketAddress.of("0.0.0.0", 80));
    four.listen(5);
    Socket client = net.here.socketFactory().createSocket("0.0.0.0", 80);
    assertThat(client.getLocalAddress()).isEqualTo(address("127.0.0.1"));
    client.close();
    four.close();
  }

  /** More of them than the JDK has carriers to make up for pinned ones (256). */
  @Test
  void virtualThreadsThatWaitLeaveTheirCarriers() throws Exception {
    int count = 400;
    ServerSocket server = net.there.serverSocketFactory().createServerSocket(80);
    List<Background<Object>> threads = new ArrayList<>();
    List<AutoCloseable> open = new ArrayList<>(List.of(server));
    List<Socket> peers = new ArrayList<>();
    List<DatagramSocket> receivers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Socket client = net.here.socketFactory().createSocket(TwoHosts.THERE, 80);
      peers.add(server.accept());
      DatagramSocket receiver = net.here.newDatagramSocket(new InetSocketAddress(0));
      receivers.add(receiver);
      threads.add(Background.virtual(() -> client.getInputStream().read()));
      threads.add(Background.virtual(() -> receive(receiver)));
      open.add(client);
      open.add(receiver);
    }
    net.awaitWaiting(2 * count);
    for (int i = 0; i < count; i++) {
      peers.get(i).getOutputStream().write(7);
      int port = receivers.get(i).getLocalPort();
      DatagramPacket p = new DatagramPacket(new byte[] {'7'}, 1, address("127.0.0.1"), port);
      receivers.get(0).send(p);
      assertThat(threads.get(2 * i).get()).isEqualTo(7);
      assertThat(threads.get(2 * i + 1).get()).isEqualTo("7");
    }
    open.addAll(peers);
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  // ---- options

  @Test
  void allStandardOptionsAreSupported() throws Exception {
    // an option of the host's cards, and NetworkInterface is the host's
    Set<SocketOption<?>> without =
        Set.of(ExtendedSocketOptions.SO_INCOMING_NAPI_ID, StandardSocketOptions.IP_MULTICAST_IF);
    try (Socket jdk = new Socket();
        ServerSocket jdkServer = new ServerSocket();
        DatagramSocket jdkDatagrams = new DatagramSocket(null);
        Socket ours = net.here.newSocket();
        ServerSocket server = net.here.newServerSocket();
        DatagramSocket datagrams = net.here.newDatagramSocket(null)) {
      assertThat(ours.supportedOptions()).containsAll(less(jdk.supportedOptions(), without));
      assertThat(server.supportedOptions())
          .containsAll(less(jdkServer.supportedOptions(), without));
      assertThat(datagrams.supportedOptions())
          .containsAll(less(jdkDatagrams.supportedOptions(), without));
      for (SocketOption<?> option : ours.supportedOptions()) {
        assertThat(ours.getOption(option)).as(option.name()).isInstanceOf(option.type());
      }
      for (SocketOption<?> option : server.supportedOptions()) {
        assertThat(server.getOption(option)).as(option.name()).isInstanceOf(option.type());
      }
      for (SocketOption<?> option : datagrams.supportedOptions()) {
        assertThat(datagrams.getOption(option)).as(option.name()).isInstanceOf(option.type());
      }
    }
  }

  private static Set<SocketOption<?>> less(
      Set<SocketOption<?>> options, Set<SocketOption<?>> without) {
    Set<SocketOption<?>> rest = new HashSet<>(options);
    rest.removeAll(without);
    return rest;
  }

  @Test
  void optionsOfTheVirtualNetwork() throws Exception {
    try (Socket s = net.here.newSocket()) {
      s.setOption(VirtualSocketOptions.SO_BINDTODEVICE, "lo");
      assertThat(s.getOption(VirtualSocketOptions.SO_BINDTODEVICE)).isEqualTo("lo");
      assertThatThrownBy(() -> s.setOption(VirtualSocketOptions.SO_BINDTODEVICE, "eth9"))
          .hasMessage("No such device");
      s.setOption(VirtualSocketOptions.SO_MARK, 7);
      assertThat(s.getOption(VirtualSocketOptions.SO_MARK)).isEqualTo(7);
      s.setOption(VirtualSocketOptions.SO_BINDTODEVICE, "");
      assertThat(s.getOption(VirtualSocketOptions.SO_BINDTODEVICE)).isEmpty();
    }
  }

  @Test
  void trafficClassAndTtlReachThePackets() throws Exception {
    BlockingSocket receiver = TwoHosts.datagrams(net.there);
    receiver.bind(SocketAddress.of("0.0.0.0", 53));
    receiver.setsockopt(0, 13, 1);
    DatagramSocket sender = net.here.newDatagramSocket(null);
    sender.setTrafficClass(0x28);
    byte[] b = {1};
    sender.send(new DatagramPacket(b, 1, address(TwoHosts.THERE), 53));
    var m = new dev.patchbay.stack.socket.Message().buffer(new byte[1], 0, 1);
    receiver.recvmsg(m, 0);
    assertThat(m.trafficClass).isEqualTo(0x28);
    receiver.close();
    sender.close();
  }

  // ---- groups

  private static String receive(DatagramSocket s) throws IOException {
    DatagramPacket p = new DatagramPacket(new byte[20], 20);
    s.receive(p);
    return new String(p.getData(), 0, p.getLength(), StandardCharsets.US_ASCII);
  }

  @Test
  void groupsOfBothFamilies() throws Exception {
    for (String group : List.of("239.1.2.3", "ff05::1:3")) {
      MulticastSocket member = net.there.newMulticastSocket(new InetSocketAddress(5353));
      member.setSoTimeout(5000);
      InetSocketAddress to = new InetSocketAddress(address(group), 5353);
      if (group.contains(".")) {
        member.setOption(VirtualSocketOptions.IP_MULTICAST_DEVICE, "eth0");
        assertThat(member.getOption(VirtualSocketOptions.IP_MULTICAST_DEVICE)).isEqualTo("eth0");
      }
      member.joinGroup(to, null);
      assertThatThrownBy(() -> member.joinGroup(to, null))
          .isExactlyInstanceOf(SocketException.class)
          .hasMessage("Already a member of group");
      DatagramSocket sender = net.here.newDatagramSocket(null);
      sender.setOption(VirtualSocketOptions.IP_MULTICAST_DEVICE, "eth0");
      byte[] b = "to all".getBytes(StandardCharsets.US_ASCII);
      sender.send(new DatagramPacket(b, b.length, to));
      assertThat(receive(member)).isEqualTo("to all");
      member.leaveGroup(to, null);
      assertThatThrownBy(() -> member.leaveGroup(to, null))
          .isExactlyInstanceOf(SocketException.class)
          .hasMessage("Not a member of group");
      sender.send(new DatagramPacket(b, b.length, to));
      member.setSoTimeout(100);
      assertThatThrownBy(() -> receive(member))
          .isInstanceOf(SocketTimeoutException.class)
          .hasMessage("Receive timed out");
      member.close();
      sender.close();
    }
  }

  @Test
  @SuppressWarnings("deprecation")
  void interfacesOfTheHostAreRefused() throws Exception {
    MulticastSocket s = net.here.newMulticastSocket(null);
    NetworkInterface host = NetworkInterface.getByName("lo");
    String refused =
        "lo is an interface of the host; name a device of the virtual network by the option"
            + " IP_MULTICAST_DEVICE";
    InetSocketAddress group = new InetSocketAddress(address("239.1.2.3"), 0);
    assertThatThrownBy(() -> s.joinGroup(group, host)).hasMessage(refused);
    assertThatThrownBy(() -> s.setNetworkInterface(host)).hasMessage(refused);
    assertThatThrownBy(s::getNetworkInterface)
        .hasMessageContaining("is no NetworkInterface; ask for the option");
    s.setInterface(address(TwoHosts.HERE));
    assertThat(s.getInterface()).isEqualTo(address("10.1.0.1"));
    assertThat(s.getOption(VirtualSocketOptions.IP_MULTICAST_DEVICE)).isEqualTo("eth0");
    assertThatThrownBy(() -> s.setInterface(address("10.77.0.1")))
        .hasMessage("No network interface found with address 10.77.0.1");
    s.setTimeToLive(9);
    assertThat(s.getTimeToLive()).isEqualTo(9);
    s.setLoopbackMode(true);
    assertThat(s.getLoopbackMode()).isTrue();
    assertThat(s.getReuseAddress()).as("as MulticastSocket has it").isTrue();
    s.close();
  }

  @Test
  void broadcasts() throws Exception {
    DatagramSocket receiver = net.there.newDatagramSocket(new InetSocketAddress(68));
    receiver.setSoTimeout(5000);
    DatagramSocket sender = net.here.newDatagramSocket(null);
    byte[] b = "all".getBytes(StandardCharsets.US_ASCII);
    sender.send(new DatagramPacket(b, b.length, address("10.1.0.255"), 68));
    assertThat(receive(receiver)).isEqualTo("all");
    sender.setBroadcast(false);
    assertThatThrownBy(
            () -> sender.send(new DatagramPacket(b, b.length, address("10.1.0.255"), 68)))
        .hasMessage("Permission denied");
    receiver.close();
    sender.close();
  }

  @Test
  void aDatagramSocketReceivesWhileAnotherThreadSetsItUp() throws Exception {
    DatagramSocket s = net.here.newDatagramSocket(new InetSocketAddress(5000));
    Background<String> receiver = Background.virtual(() -> receive(s));
    net.awaitWaiting(1);
    s.setSoTimeout(10);
    s.setTrafficClass(8);
    byte[] b = "not blocked".getBytes(StandardCharsets.US_ASCII);
    s.send(new DatagramPacket(b, b.length, address("127.0.0.1"), 5000));
    assertThat(receiver.get()).isEqualTo("not blocked");
    s.close();
  }
}
