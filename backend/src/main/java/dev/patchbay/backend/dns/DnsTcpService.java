package dev.patchbay.backend.dns;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.tcp.IncomingSyn;
import dev.patchbay.stack.tcp.TcpEngine;
import dev.patchbay.stack.tcp.TcpError;
import dev.patchbay.stack.tcp.TcpHandler;
import dev.patchbay.stack.tcp.TcpListener;
import dev.patchbay.stack.tcp.TcpSocket;
import dev.patchbay.stack.time.Timer;
import dev.patchbay.stack.wire.Addresses;
import dev.patchbay.stack.wire.Bytes;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A forwarder on TCP port 53 of one address (RFC 7766). Only on the loop. */
public final class DnsTcpService {
  /** Connections at once; more are reset. */
  public static final int MAX_CONNECTIONS = 128;

  /** Queries of one connection that wait for answers; more are not read. */
  private static final int MAX_PIPELINED = 16;

  private static final int PORT = 53;
  private static final long IDLE = 10_000_000_000L;

  private final EventLoop loop;
  private final TcpEngine tcp;
  private final DnsForwarder forwarder;
  private final IpAddress address;
  private final Set<Connection> connections = new HashSet<>();
  private @Nullable TcpListener listener;

  /**
   * @param address its own: 10.0.2.3 or fec0::3
   */
  public DnsTcpService(EventLoop loop, TcpEngine tcp, DnsForwarder forwarder, IpAddress address) {
    this.loop = loop;
    this.tcp = tcp;
    this.forwarder = forwarder;
    this.address = address;
  }

  /**
   * Begins to serve.
   *
   * @return false where the port is taken
   */
  public boolean open() {
    listener = tcp.listen(address.hi(), address.lo(), PORT, this::accept);
    return listener != null;
  }

  /** Ends, with all connections. */
  public void close() {
    TcpListener l = listener;
    listener = null;
    if (l != null) {
      l.close();
    }
    Set.copyOf(connections).forEach(Connection::end);
  }

  private void accept(IncomingSyn syn) {
    if (connections.size() >= MAX_CONNECTIONS) {
      syn.reject();
      return;
    }
    Connection connection = new Connection(Addresses.toString(syn.sourceHi(), syn.sourceLo()));
    TcpSocket s = syn.accept(connection);
    if (s != null) {
      connection.begin(s);
    }
  }

  private final class Connection implements TcpHandler, DnsClient {
    private final String guest;
    private final Timer idle = loop.timer(this::end);
    private final byte[] length = new byte[2];
    private final ArrayDeque<byte[]> answers = new ArrayDeque<>();
    private @Nullable TcpSocket socket;
    private int lengthRead;
    private byte @Nullable [] message;
    private int read;
    private int written;
    private int waiting;
    private boolean ended;

    Connection(String guest) {
      this.guest = guest;
    }

    void begin(TcpSocket s) {
      socket = s;
      connections.add(this);
      idle.arm(loop.now() + IDLE);
    }

    void end() {
      TcpSocket s = socket;
      if (s != null) {
        s.abort();
      }
    }

    @Override
    public String guest() {
      return guest;
    }

    @Override
    public boolean isTcp() {
      return true;
    }

    @Override
    public void onReadable(TcpSocket s) {
      idle.arm(loop.now() + IDLE);
      int count = 1;
      while (count > 0 && waiting < MAX_PIPELINED) {
        count = readSome(s);
      }
      if (count < 0) {
        ended = true;
        finishIfDone(s);
      }
    }

    /** Bytes read: 0 for none now, -1 at the end. */
    private int readSome(TcpSocket s) {
      byte[] target = message;
      if (target == null) {
        int n = s.read(length, lengthRead, 2 - lengthRead);
        if (n > 0 && (lengthRead += n) == 2) {
          message = new byte[Bytes.u16(length, 0)];
          read = 0;
          takeIfWhole();
        }
        return n;
      }
      int n = s.read(target, read, target.length - read);
      if (n > 0) {
        read += n;
        takeIfWhole();
      }
      return n;
    }

    private void takeIfWhole() {
      byte[] whole = message;
      if (whole != null && read == whole.length) {
        message = null;
        lengthRead = 0;
        if (whole.length < DnsQuery.HEADER || whole[2] < 0) {
          // the forwarder will not answer it: nor is there anything to wait for
          forwarder.query(whole, this);
          return;
        }
        waiting++;
        forwarder.query(whole, this);
      }
    }

    @Override
    public void answer(byte[] b) {
      waiting--;
      TcpSocket s = socket;
      if (s == null) {
        return;
      }
      byte[] framed = new byte[b.length + 2];
      Bytes.put16(framed, 0, b.length);
      System.arraycopy(b, 0, framed, 2, b.length);
      answers.add(framed);
      idle.arm(loop.now() + IDLE);
      onWritable(s);
      if (s.available() > 0 && waiting == MAX_PIPELINED - 1) {
        loop.execute(() -> resume());
      }
    }

    private void resume() {
      TcpSocket s = socket;
      if (s != null) {
        onReadable(s);
      }
    }

    @Override
    public void onWritable(TcpSocket s) {
      for (byte[] b = answers.peek(); b != null; b = answers.peek()) {
        int n = s.write(b, written, b.length - written);
        if (n < 0) {
          answers.clear();
          break;
        }
        written += n;
        if (written < b.length) {
          return;
        }
        answers.remove();
        written = 0;
      }
      finishIfDone(s);
    }

    private void finishIfDone(TcpSocket s) {
      if (ended && waiting == 0 && answers.isEmpty()) {
        s.close();
      }
    }

    @Override
    public void onClosed(TcpSocket s, TcpError error) {
      socket = null;
      idle.cancel();
      connections.remove(this);
    }
  }
}
