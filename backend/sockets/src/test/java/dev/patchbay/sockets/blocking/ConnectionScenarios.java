package dev.patchbay.sockets.blocking;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import jdk.net.ExtendedSocketOptions;

/** How connections of TCP begin and end, and their options. */
final class ConnectionScenarios extends JdkScenarios {
  ConnectionScenarios(Sockets net, boolean virtual) {
    super(net, virtual);
    connect();
    connectMore();
    bind();
    addresses();
    accept();
    listen();
    listenMore();
    close();
    shutdown();
    options();
    optionsMore();
    optionsFurther();
  }

  private void connect() {
    add(
        "connect: nobody listens",
        () -> {
          ServerSocket gone = listening(1);
          int port = gone.getLocalPort();
          gone.close();
          Socket s = net.socket();
          return tellVoid(() -> s.connect(at(port))) + ", " + state(s);
        });
    add(
        "connect: nobody listens, with a time-out",
        () -> {
          ServerSocket gone = listening(1);
          int port = gone.getLocalPort();
          gone.close();
          return tellVoid(() -> net.socket().connect(at(port), 5000));
        });
    add(
        "connect: nobody answers in time",
        () -> {
          ServerSocket full = listening(1);
          for (int i = 0; i < 2; i++) {
            net.socket().connect(at(full.getLocalPort()));
          }
          Socket s = net.socket();
          return tellVoid(() -> s.connect(at(full.getLocalPort()), 100)) + ", " + state(s);
        });
    add(
        "connect: closed meanwhile",
        () -> {
          ServerSocket full = listening(1);
          for (int i = 0; i < 2; i++) {
            net.socket().connect(at(full.getLocalPort()));
          }
          Socket s = net.socket();
          var connecting =
              spawn(() -> {
                s.connect(at(full.getLocalPort()));
                return "connected";
              });
          begun(connecting);
          s.close();
          return failure(connecting);
        });
  }

  private void connectMore() {
    add(
        "connect: interrupted",
        () -> {
          ServerSocket full = listening(1);
          for (int i = 0; i < 2; i++) {
            net.socket().connect(at(full.getLocalPort()));
          }
          Socket s = net.socket();
          var connecting =
              spawn(() ->
                  tellVoid(() -> s.connect(at(full.getLocalPort()), 300))
                      + " "
                      + Thread.currentThread().isInterrupted());
          begun(connecting);
          connecting.thread().interrupt();
          return connecting.get() + ", " + s.isClosed();
        });
    add("connect: no address", () -> tellVoid(() -> net.socket().connect(null)));
    add("connect: negative time-out", () -> tellVoid(() -> net.socket().connect(at(1), -1)));
    add(
        "connect: a name",
        () -> tellVoid(() -> net.socket().connect(InetSocketAddress.createUnresolved("name", 80))));
    add(
        "connect: closed before",
        () -> {
          Socket s = net.socket();
          s.close();
          return tellVoid(() -> s.connect(at(1)));
        });
    add(
        "connect: twice",
        () -> {
          Socket s = pair()[0];
          return tellVoid(() -> s.connect(at(1))) + ", " + state(s);
        });
  }

  private void bind() {
    add(
        "bind: an address that is not ours",
        () ->
            tellVoid(() ->
                net.socket()
                    .bind(
                        new InetSocketAddress(
                            InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1}), 0))));
    add(
        "bind: a port in use",
        () -> {
          ServerSocket server = listening(1);
          return tellVoid(() -> net.socket().bind(at(server.getLocalPort())));
        });
    add(
        "bind: twice",
        () -> {
          Socket s = net.socket();
          s.bind(at(0));
          return tellVoid(() -> s.bind(at(0))) + ", " + state(s);
        });
    add(
        "bind: closed before",
        () -> {
          Socket s = net.socket();
          s.close();
          return tellVoid(() -> s.bind(at(0)));
        });
    add(
        "bind: a name",
        () -> tellVoid(() -> net.socket().bind(InetSocketAddress.createUnresolved("name", 80))));
    add(
        "bind: any address",
        () -> {
          Socket s = net.socket();
          s.bind(null);
          return s.getLocalAddress() + " " + (s.getLocalPort() > 0) + " " + state(s);
        });
  }

  private void addresses() {
    add(
        "addresses of a connection",
        () -> {
          Socket[] c = pair();
          return c[0].getInetAddress()
              + " "
              + c[0].getLocalAddress()
              + " "
              + c[1].getInetAddress()
              + " "
              + c[1].getLocalAddress()
              + " "
              + (c[0].getPort() == c[1].getLocalPort())
              + " "
              + (c[1].getPort() == c[0].getLocalPort())
              + " "
              + c[0].getRemoteSocketAddress().equals(c[1].getLocalSocketAddress());
        });
    add(
        "addresses before",
        () -> {
          Socket s = net.socket();
          return s.getInetAddress()
              + " "
              + s.getLocalAddress()
              + " "
              + s.getPort()
              + " "
              + s.getLocalPort()
              + " "
              + s.getLocalSocketAddress()
              + " "
              + s
              + " "
              + state(s);
        });
    add(
        "addresses after",
        () -> {
          Socket s = pair()[0];
          s.close();
          return s.getInetAddress()
              + " "
              + s.getLocalAddress()
              + " "
              + (s.getPort() > 0)
              + " "
              + (s.getLocalPort() > 0)
              + " "
              + state(s);
        });
  }

  private void accept() {
    add(
        "accept: in time",
        () -> {
          ServerSocket server = listening(5);
          server.setSoTimeout(30);
          return tell(server::accept);
        });
    add("accept: not bound", () -> tell(net.server()::accept));
    add(
        "accept: closed before",
        () -> {
          ServerSocket server = listening(5);
          server.close();
          return tell(server::accept) + " " + server.isClosed() + " " + server.isBound();
        });
    add(
        "accept: closed meanwhile",
        () -> {
          ServerSocket server = listening(5);
          var accepting = spawn(server::accept);
          begun(accepting);
          server.close();
          return failure(accepting);
        });
    add(
        "accept: interrupted",
        () -> {
          ServerSocket server = listening(5);
          server.setSoTimeout(300);
          var accepting =
              spawn(() -> tell(server::accept) + " " + Thread.currentThread().isInterrupted());
          begun(accepting);
          accepting.thread().interrupt();
          return accepting.get() + " " + server.isClosed();
        });
  }

  private void listen() {
    add(
        "listen: a port in use",
        () -> {
          ServerSocket server = listening(5);
          return tellVoid(() -> net.server().bind(at(server.getLocalPort())));
        });
    add(
        "listen: twice",
        () -> {
          ServerSocket server = listening(5);
          return tellVoid(() -> server.bind(at(0)));
        });
    add(
        "listen: any address",
        () -> {
          ServerSocket server = net.server();
          server.bind(null, -5);
          return server.getInetAddress()
              + " "
              + (server.getLocalPort() > 0)
              + " "
              + server.toString().replaceAll("port=\\d+", "port=N");
        });
    add(
        "listen: addresses before",
        () -> {
          ServerSocket server = net.server();
          return server.getInetAddress()
              + " "
              + server.getLocalPort()
              + " "
              + server
              + " "
              + server.getLocalSocketAddress();
        });
    add(
        "listen: options",
        () -> {
          ServerSocket server = listening(5);
          return server.getReuseAddress()
              + " "
              + server.getSoTimeout()
              + " "
              + tellVoid(() -> server.setSoTimeout(-1))
              + " "
              + tellVoid(() -> server.setReceiveBufferSize(0))
              + " "
              + tell(() -> server.getOption(StandardSocketOptions.IP_TOS))
              + " "
              + tell(() -> server.getOption(StandardSocketOptions.TCP_NODELAY));
        });
  }

  private void listenMore() {
    add(
        "listen: connections that nobody accepted are reset",
        () -> {
          ServerSocket server = listening(5);
          Socket client = net.socket();
          client.connect(at(server.getLocalPort()));
          pause();
          server.close();
          return tell(client.getInputStream()::read);
        });
  }

  private void close() {
    add(
        "close: twice",
        () -> {
          Socket s = pair()[0];
          s.close();
          s.close();
          return state(s);
        });
    add(
        "close: with unread data",
        () -> {
          Socket[] c = pair();
          send(c[1], "unread");
          awaitAvailable(c[0]);
          c[0].close();
          return tell(c[1].getInputStream()::read);
        });
    add(
        "close: with linger",
        () -> {
          Socket[] c = pair();
          c[0].setSoLinger(true, 5);
          send(c[0], "all of it");
          c[0].close();
          return receive(c[1], 20);
        });
    add(
        "close: never opened",
        () -> {
          Socket s = net.socket();
          s.close();
          return state(s) + " " + tell(s::getSoTimeout);
        });
  }

  private void shutdown() {
    add(
        "shutdown: not connected",
        () -> {
          Socket s = net.socket();
          return tellVoid(s::shutdownInput) + ", " + tellVoid(s::shutdownOutput);
        });
    add(
        "shutdown: closed",
        () -> {
          Socket s = pair()[0];
          s.close();
          return tellVoid(s::shutdownInput) + ", " + tellVoid(s::shutdownOutput);
        });
    add(
        "shutdown: the peer has reset",
        () -> {
          Socket[] c = pair();
          reset(c[1]);
          pause();
          return tellVoid(c[0]::shutdownOutput);
        });
  }

  private void options() {
    add(
        "options: before",
        () -> {
          Socket s = net.socket();
          return s.getKeepAlive()
              + " "
              + s.getTcpNoDelay()
              + " "
              + s.getSoLinger()
              + " "
              + s.getSoTimeout()
              + " "
              + s.getReuseAddress()
              + " "
              + s.getTrafficClass()
              + " "
              + s.getOOBInline()
              + " "
              + s.getOption(StandardSocketOptions.SO_REUSEPORT);
        });
    add(
        "options: set",
        () -> {
          Socket s = net.socket();
          s.setKeepAlive(true);
          s.setTcpNoDelay(true);
          s.setSoLinger(true, 70_000);
          s.setSoTimeout(77);
          s.setReuseAddress(true);
          s.setTrafficClass(0x28);
          s.setOOBInline(true);
          s.setOption(StandardSocketOptions.SO_REUSEPORT, true);
          s.setSendBufferSize(30_000);
          s.setReceiveBufferSize(40_000);
          return s.getKeepAlive()
              + " "
              + s.getTcpNoDelay()
              + " "
              + s.getSoLinger()
              + " "
              + s.getSoTimeout()
              + " "
              + s.getReuseAddress()
              + " "
              + s.getTrafficClass()
              + " "
              + s.getOOBInline()
              + " "
              + s.getOption(StandardSocketOptions.SO_REUSEPORT)
              + " "
              + s.getSendBufferSize()
              + " "
              + s.getReceiveBufferSize();
        });
  }

  private void optionsMore() {
    add(
        "options: linger off",
        () -> {
          Socket s = net.socket();
          s.setSoLinger(true, 3);
          s.setSoLinger(false, 0);
          s.setOption(StandardSocketOptions.SO_LINGER, -7);
          return s.getSoLinger() + " " + s.getOption(StandardSocketOptions.SO_LINGER);
        });
    add(
        "options: of keep-alive",
        () -> {
          Socket s = net.socket();
          String before =
              s.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)
                  + " "
                  + s.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL)
                  + " "
                  + s.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT);
          s.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 10);
          s.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 11);
          s.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 12);
          return before
              + " "
              + s.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)
              + " "
              + s.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL)
              + " "
              + s.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT)
              + " "
              + tellVoid(() -> s.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 0));
        });
    add(
        "options: wrong values",
        () -> {
          Socket s = net.socket();
          return tellVoid(() -> s.setTrafficClass(256))
              + ", "
              + tellVoid(() -> s.setOption(StandardSocketOptions.IP_TOS, 256))
              + ", "
              + tellVoid(() -> s.setSoTimeout(-1))
              + ", "
              + tellVoid(() -> s.setSoLinger(true, -1))
              + ", "
              + tellVoid(() -> s.setSendBufferSize(0))
              + ", "
              + tellVoid(() -> s.setOption(StandardSocketOptions.SO_SNDBUF, -1))
              + ", "
              + tellVoid(() -> s.setOption(StandardSocketOptions.SO_SNDBUF, null))
              + ", "
              + tellVoid(() -> s.setOption(StandardSocketOptions.SO_BROADCAST, true));
        });
  }

  private void optionsFurther() {
    add(
        "options: closed",
        () -> {
          Socket s = pair()[0];
          s.close();
          return tell(s::getTcpNoDelay)
              + ", "
              + tell(s::getTrafficClass)
              + ", "
              + tell(() -> s.getOption(StandardSocketOptions.SO_LINGER));
        });
    add(
        "options: inherited from the listener",
        () -> {
          ServerSocket server = listening(5);
          server.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 33);
          Socket client = net.socket();
          client.connect(at(server.getLocalPort()));
          return String.valueOf(server.accept().getOption(ExtendedSocketOptions.TCP_KEEPIDLE));
        });
  }
}
