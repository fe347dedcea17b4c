package dev.patchbay.sockets.blocking;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;

/** What programs do with the JDK's UDP sockets; on 127.0.0.1 alone. */
final class DatagramScenarios extends JdkScenarios {
  DatagramScenarios(Sockets net, boolean virtual) {
    super(net, virtual);
    receive();
    receiveMore();
    send();
    connected();
    connectedMore();
    addresses();
    options();
  }

  private DatagramSocket bound() throws IOException {
    return net.datagrams(at(0));
  }

  private static DatagramPacket packet(String text, DatagramSocket to) throws IOException {
    byte[] b = text.getBytes(StandardCharsets.US_ASCII);
    return new DatagramPacket(b, b.length, at(to.getLocalPort()));
  }

  private static DatagramPacket room(int size) {
    return new DatagramPacket(new byte[size], size);
  }

  private static String text(DatagramPacket p) {
    return new String(p.getData(), p.getOffset(), p.getLength(), StandardCharsets.US_ASCII);
  }

  private int freePort() throws IOException {
    DatagramSocket s = net.datagrams(at(0));
    int port = s.getLocalPort();
    s.close();
    return port;
  }

  private void receive() {
    add(
        "receive: one",
        () -> {
          DatagramSocket a = bound();
          DatagramSocket b = bound();
          a.send(packet("hello", b));
          DatagramPacket p = room(10);
          b.receive(p);
          return text(p) + " " + p.getAddress() + " " + (p.getPort() == a.getLocalPort());
        });
    add(
        "receive: longer than the packet",
        () -> {
          DatagramSocket a = bound();
          DatagramSocket b = bound();
          a.send(packet("hello", b));
          DatagramPacket p = new DatagramPacket(new byte[10], 2, 3);
          b.receive(p);
          return text(p) + " " + p.getLength();
        });
    add(
        "receive: one packet again and again",
        () -> {
          DatagramSocket a = bound();
          DatagramSocket b = bound();
          a.send(packet("x", b));
          a.send(packet("longer", b));
          a.send(packet("the longest", b));
          DatagramPacket p = room(8);
          StringBuilder out = new StringBuilder();
          for (int i = 0; i < 3; i++) {
            b.receive(p);
            out.append(text(p)).append(' ');
          }
          return out.toString();
        });
    add(
        "receive: an empty one",
        () -> {
          DatagramSocket a = bound();
          DatagramSocket b = bound();
          a.send(packet("", b));
          DatagramPacket p = room(8);
          b.receive(p);
          return p.getLength() + "";
        });
    add(
        "receive: in time",
        () -> {
          DatagramSocket a = bound();
          a.setSoTimeout(30);
          return tellVoid(() -> a.receive(room(1)));
        });
    add(
        "receive: closed before",
        () -> {
          DatagramSocket a = bound();
          a.close();
          return tellVoid(() -> a.receive(room(1)));
        });
    add(
        "receive: closed meanwhile",
        () -> {
          DatagramSocket a = bound();
          var receiving = spawn(() -> tellVoid(() -> a.receive(room(1))));
          begun(receiving);
          a.close();
          return receiving.get();
        });
  }

  private void receiveMore() {
    add(
        "receive: interrupted",
        () -> {
          DatagramSocket a = bound();
          a.setSoTimeout(300);
          var receiving =
              spawn(() ->
                  tellVoid(() -> a.receive(room(1)))
                      + " "
                      + Thread.currentThread().isInterrupted());
          begun(receiving);
          receiving.thread().interrupt();
          return receiving.get() + " " + a.isClosed();
        });
  }

  private void send() {
    add(
        "send: no address",
        () -> {
          DatagramSocket a = bound();
          return tellVoid(() -> a.send(room(1)));
        });
    add(
        "send: port 0",
        () -> {
          DatagramSocket a = bound();
          return tellVoid(() -> a.send(new DatagramPacket(new byte[1], 1, at(0))));
        });
    add(
        "send: too long",
        () -> {
          DatagramSocket a = bound();
          DatagramPacket p = new DatagramPacket(new byte[65_508], 65_508, at(9));
          return tellVoid(() -> a.send(p));
        });
    add(
        "send: closed",
        () -> {
          DatagramSocket a = bound();
          DatagramPacket p = packet("x", a);
          a.close();
          return tellVoid(() -> a.send(p));
        });
    add(
        "send: nobody there, not connected",
        () -> {
          DatagramSocket a = bound();
          a.setSoTimeout(60);
          DatagramPacket p = new DatagramPacket(new byte[1], 1, at(freePort()));
          a.send(p);
          pause();
          a.send(p);
          return tellVoid(() -> a.receive(room(1)));
        });
    add(
        "send: binds",
        () -> {
          DatagramSocket a = net.datagrams(null);
          String before = a.isBound() + " " + a.getLocalPort();
          a.send(packet("x", bound()));
          return before
              + " "
              + a.isBound()
              + " "
              + (a.getLocalPort() > 0)
              + " "
              + a.getLocalAddress();
        });
  }

  private void connected() {
    add(
        "connected: nobody there, receive",
        () -> {
          DatagramSocket a = bound();
          a.connect(at(freePort()));
          a.send(room(1));
          return tellVoid(() -> a.receive(room(1)));
        });
    add(
        "connected: nobody there, send",
        () -> {
          DatagramSocket a = bound();
          a.connect(at(freePort()));
          a.send(room(1));
          pause();
          return tellVoid(() -> a.send(room(1))) + ", " + tellVoid(() -> a.send(room(1)));
        });
    add(
        "connected: another address",
        () -> {
          DatagramSocket a = bound();
          DatagramSocket b = bound();
          a.connect(at(b.getLocalPort()));
          return tellVoid(() -> a.send(packet("x", bound())))
              + ", "
              + tellVoid(() -> a.send(packet("x", b)));
        });
    add(
        "connected: others are not heard",
        () -> {
          DatagramSocket a = bound();
          DatagramSocket b = bound();
          DatagramSocket stranger = bound();
          stranger.send(packet("before", a));
          pause();
          a.connect(at(b.getLocalPort()));
          stranger.send(packet("after", a));
          b.send(packet("friend", a));
          DatagramPacket p = room(10);
          a.receive(p);
          return text(p);
        });
  }

  private void connectedMore() {
    add(
        "connected: addresses",
        () -> {
          DatagramSocket a = net.datagrams(null);
          DatagramSocket b = bound();
          String before =
              a.isConnected()
                  + " "
                  + a.getInetAddress()
                  + " "
                  + a.getPort()
                  + " "
                  + a.getRemoteSocketAddress()
                  + " "
                  + a.getLocalSocketAddress();
          a.connect(at(b.getLocalPort()));
          int port = a.getLocalPort();
          String during =
              a.isConnected()
                  + " "
                  + a.getInetAddress()
                  + " "
                  + (a.getPort() == b.getLocalPort())
                  + " "
                  + a.getLocalAddress()
                  + " "
                  + (port > 0);
          a.disconnect();
          return before
              + ", "
              + during
              + ", "
              + a.isConnected()
              + " "
              + a.getInetAddress()
              + " "
              + a.getPort()
              + " "
              + (a.getLocalPort() == port)
              + " "
              + a.getLocalAddress();
        });
    add(
        "connected: port 0",
        () -> {
          DatagramSocket a = bound();
          return tellVoid(() -> a.connect(at(0))) + ", " + tellVoid(() -> a.connect(loopback(), 0));
        });
    add(
        "connected: a name, nothing, closed",
        () -> {
          DatagramSocket a = bound();
          String out =
              tellVoid(() -> a.connect(InetSocketAddress.createUnresolved("name", 80)))
                  + ", "
                  + tellVoid(() -> a.connect(null));
          a.close();
          return out + ", " + tellVoid(() -> a.connect(at(9)));
        });
  }

  private void addresses() {
    add(
        "datagram bind: a port in use",
        () -> {
          DatagramSocket a = bound();
          return tell(() -> net.datagrams(at(a.getLocalPort())));
        });
    add(
        "datagram bind: any address",
        () -> {
          DatagramSocket a = net.datagrams(new InetSocketAddress(0));
          DatagramSocket b = net.datagrams(null);
          String before = b.getLocalAddress() + " " + b.getLocalSocketAddress();
          b.bind(null);
          return a.getLocalAddress() + ", " + before + ", " + b.getLocalAddress();
        });
    add(
        "datagram bind: twice",
        () -> {
          DatagramSocket a = bound();
          return tellVoid(() -> a.bind(at(0)));
        });
    add(
        "datagram bind: closed",
        () -> {
          DatagramSocket a = net.datagrams(null);
          a.close();
          return tellVoid(() -> a.bind(at(0)));
        });
    add(
        "datagram addresses: after the end",
        () -> {
          DatagramSocket a = bound();
          a.close();
          return a.getLocalAddress()
              + " "
              + a.getLocalPort()
              + " "
              + a.getLocalSocketAddress()
              + " "
              + a.isBound()
              + " "
              + a.isClosed();
        });
  }

  private void options() {
    add(
        "datagram options: before",
        () -> {
          DatagramSocket a = bound();
          return a.getBroadcast()
              + " "
              + a.getReuseAddress()
              + " "
              + a.getTrafficClass()
              + " "
              + a.getSoTimeout()
              + " "
              + a.getOption(StandardSocketOptions.IP_MULTICAST_TTL)
              + " "
              + a.getOption(StandardSocketOptions.IP_MULTICAST_LOOP);
        });
    add(
        "datagram options: set",
        () -> {
          DatagramSocket a = bound();
          a.setBroadcast(false);
          a.setReuseAddress(true);
          a.setTrafficClass(0x10);
          a.setSoTimeout(5);
          a.setSendBufferSize(20_000);
          a.setReceiveBufferSize(30_000);
          a.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 9);
          a.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, false);
          return a.getBroadcast()
              + " "
              + a.getReuseAddress()
              + " "
              + a.getTrafficClass()
              + " "
              + a.getSoTimeout()
              + " "
              + a.getSendBufferSize()
              + " "
              + a.getReceiveBufferSize()
              + " "
              + a.getOption(StandardSocketOptions.IP_MULTICAST_TTL)
              + " "
              + a.getOption(StandardSocketOptions.IP_MULTICAST_LOOP);
        });
    add(
        "datagram options: wrong",
        () -> {
          DatagramSocket a = bound();
          String out =
              tellVoid(() -> a.setTrafficClass(256))
                  + ", "
                  + tellVoid(() -> a.setSoTimeout(-1))
                  + ", "
                  + tellVoid(() -> a.setSendBufferSize(0))
                  + ", "
                  + tellVoid(() -> a.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 256))
                  + ", "
                  + tellVoid(() -> a.setOption(StandardSocketOptions.TCP_NODELAY, true));
          a.close();
          return out + ", " + tell(a::getBroadcast) + ", " + tell(a::getSoTimeout);
        });
    add(
        "groups: not one",
        () -> {
          DatagramSocket a = bound();
          return tellVoid(() -> a.joinGroup(at(0), null))
              + ", "
              + tellVoid(() -> a.leaveGroup(at(0), null));
        });
  }
}
