package dev.patchbay.sockets.blocking;

import dev.patchbay.stack.socket.AddressFamily;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.socket.MessageFlags;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketAddress;
import dev.patchbay.stack.socket.SocketOptions;
import dev.patchbay.stack.socket.SocketType;
import dev.patchbay.stack.socket.StreamSocket;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What stands behind the JDK's {@link java.net.Socket} and {@link java.net.ServerSocket} inside the
 * virtual network. Exceptions, their messages and the moments at which they come are those of the
 * JDK's own implementation; as there, an interrupt ends what a virtual thread waits for (and the
 * socket), and nothing of a platform thread.
 */
final class VirtualSocketImpl extends SocketImpl {
  private enum State {
    NEW,
    UNCONNECTED,
    CONNECTING,
    CONNECTED,
    CLOSED
  }

  private final BlockingNetwork network;
  private final boolean server;
  private final Object lock = new Object();
  private volatile State state = State.NEW;
  private volatile @Nullable BlockingSocket socket;

  /** {@code SO_TIMEOUT}, ms; 0 for ever. */
  private volatile int timeout;

  private volatile boolean inputShut;
  private volatile boolean outputShut;

  /** What a read found once it finds for ever. */
  private volatile boolean endOfStream;

  private volatile boolean reset;

  VirtualSocketImpl(BlockingNetwork network, boolean server) {
    this.network = network;
    this.server = server;
  }

  // ---- state

  private BlockingSocket open() throws SocketException {
    BlockingSocket s = socket;
    if (state == State.CLOSED) {
      throw new SocketException("Socket closed");
    }
    if (s == null) {
      throw new SocketException("Socket not created");
    }
    return s;
  }

  private BlockingSocket connected() throws SocketException {
    BlockingSocket s = socket;
    State now = state;
    if (now == State.CLOSED) {
      throw new SocketException("Socket closed");
    }
    if (s == null || now != State.CONNECTED) {
      throw new SocketException("Not connected");
    }
    return s;
  }

  @Override
  protected void create(boolean stream) throws IOException {
    if (!stream) {
      throw new IOException("Datagram socket creation not supported");
    }
    synchronized (lock) {
      if (state != State.NEW) {
        throw new IOException("Already created");
      }
      BlockingSocket s = network.socket(AddressFamily.AF_INET6, SocketType.SOCK_STREAM, 0);
      socket = s;
      state = State.UNCONNECTED;
      if (server) {
        // Net.serverSocket0: so that a port can be taken again at once
        s.setsockopt(SocketOptions.SOL_SOCKET, SocketOptions.SO_REUSEADDR, 1);
      }
    }
  }

  // ---- connect

  @Override
  protected void connect(String host, int toPort) throws IOException {
    connect(InetSocketAddress.createUnresolved(host, toPort), 0);
  }

  @Override
  protected void connect(InetAddress to, int toPort) throws IOException {
    connect(new InetSocketAddress(to, toPort), 0);
  }

  @Override
  protected void connect(java.net.SocketAddress remote, int millis) throws IOException {
    if (!(remote instanceof InetSocketAddress given)) {
      throw new IOException("Unsupported address type");
    }
    try {
      connectTo(resolve(given), millis);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private InetSocketAddress resolve(InetSocketAddress given) throws UnknownHostException {
    if (!given.isUnresolved()) {
      return given;
    }
    InetAddress found = network.resolver().resolve(given.getHostString()).getFirst();
    return new InetSocketAddress(found, given.getPort());
  }

  private void connectTo(InetSocketAddress to, int millis) throws IOException {
    BlockingSocket s = beginConnect(to);
    long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
    SocketAddress peer = StackAddresses.toPeer(to.getAddress(), to.getPort());
    int result = new ConnectCall(s, peer, nanos).perform(JdkErrors.isInterruptible());
    if (state == State.CLOSED) {
      throw new SocketException("Socket closed");
    }
    switch (result) {
      case -Errno.EINPROGRESS -> throw new SocketTimeoutException("Connect timed out");
      case -Errno.EINTR -> throw new SocketException("Closed by interrupt");
      default -> JdkErrors.check(result);
    }
    SocketAddress local = new SocketAddress();
    JdkErrors.check(s.quickly(t -> t.getsockname(local)));
    synchronized (lock) {
      if (state == State.CLOSED) {
        throw new SocketException("Socket closed");
      }
      localport = local.port;
      state = State.CONNECTED;
    }
  }

  private BlockingSocket beginConnect(InetSocketAddress to) throws SocketException {
    synchronized (lock) {
      switch (state) {
        case NEW -> throw new SocketException("Not created");
        case CONNECTING -> throw new SocketException("Connection in progress");
        case CONNECTED -> throw new SocketException("Already connected");
        case CLOSED -> throw new SocketException("Socket closed");
        case UNCONNECTED -> state = State.CONNECTING;
      }
      address = to.getAddress();
      port = to.getPort();
      return Objects.requireNonNull(socket);
    }
  }

  // ---- bind, listen, accept

  @Override
  protected void bind(InetAddress host, int wanted) throws IOException {
    synchronized (lock) {
      BlockingSocket s = open();
      if (localport != 0) {
        throw new SocketException("Already bound");
      }
      SocketAddress at = StackAddresses.toStack(host, wanted);
      JdkErrors.check(
          s.quickly(t -> {
            int status = t.bind(at);
            return status < 0 ? status : t.getsockname(at);
          }));
      address = host;
      localport = at.port;
    }
  }

  @Override
  protected void listen(int backlog) throws IOException {
    synchronized (lock) {
      BlockingSocket s = open();
      if (localport == 0) {
        throw new SocketException("Not bound");
      }
      JdkErrors.check(s.quickly(t -> t.listen(backlog < 1 ? 50 : backlog)));
    }
  }

  @Override
  protected void accept(SocketImpl to) throws IOException {
    if (!(to instanceof VirtualSocketImpl child) || child.state != State.NEW) {
      throw new SocketException("Not a newly created SocketImpl");
    }
    BlockingSocket s = open();
    if (localport == 0) {
      throw new SocketException("Not bound");
    }
    SocketAddress peer = new SocketAddress();
    SocketAddress local = new SocketAddress();
    long nanos = TimeUnit.MILLISECONDS.toNanos(timeout);
    AcceptCall call = new AcceptCall(s, peer, local, nanos);
    int result = call.perform(JdkErrors.isInterruptible());
    switch (result) {
      case -Errno.EAGAIN -> throw new SocketTimeoutException("Accept timed out");
      case -Errno.EINTR -> throw JdkErrors.interrupted();
      default -> JdkErrors.check(result);
    }
    child.adopt(Objects.requireNonNull(call.accepted()), peer, local.port);
  }

  private void adopt(BlockingSocket accepted, SocketAddress peer, int ourPort) {
    synchronized (lock) {
      socket = accepted;
      address = StackAddresses.toInetAddress(peer);
      port = peer.port;
      localport = ourPort;
      state = State.CONNECTED;
    }
  }

  // ---- transfer

  private int read(byte[] to, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, to.length);
    if (length == 0) {
      return 0;
    }
    if (endOfStream) {
      return -1;
    }
    BlockingSocket s = connected();
    if (reset) {
      throw new SocketException("Connection reset");
    }
    if (inputShut) {
      return -1;
    }
    long nanos = TimeUnit.MILLISECONDS.toNanos(timeout);
    int n = s.tryReceive(to, offset, length, 0, null, nanos, JdkErrors.isInterruptible());
    if (n > 0) {
      return n;
    }
    if (state == State.CLOSED) {
      throw new SocketException("Socket closed");
    }
    switch (n) {
      case 0 -> {
        endOfStream = true;
        return -1;
      }
      case -Errno.EAGAIN -> throw new SocketTimeoutException("Read timed out");
      case -Errno.EINTR -> throw JdkErrors.interrupted();
      case -Errno.ECONNRESET -> {
        reset = true;
        throw new SocketException("Connection reset");
      }
      default -> throw JdkErrors.ofTransfer(n);
    }
  }

  private void write(byte[] from, int offset, int length, int flags) throws IOException {
    Objects.checkFromIndexSize(offset, length, from.length);
    int done = 0;
    while (done < length) {
      BlockingSocket s = connected();
      int n =
          s.trySend(from, offset + done, length - done, flags, null, JdkErrors.isInterruptible());
      if (n < 0) {
        if (state == State.CLOSED) {
          throw new SocketException("Socket closed");
        }
        throw n == -Errno.EINTR ? JdkErrors.interrupted() : JdkErrors.ofTransfer(n);
      }
      done += n;
    }
  }

  @Override
  protected InputStream getInputStream() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) > 0 ? one[0] & 0xff : -1;
      }

      @Override
      public int read(byte[] to, int offset, int length) throws IOException {
        return VirtualSocketImpl.this.read(to, offset, length);
      }

      @Override
      public int available() throws IOException {
        return VirtualSocketImpl.this.available();
      }

      @Override
      public void close() throws IOException {
        VirtualSocketImpl.this.close();
      }
    };
  }

  @Override
  protected OutputStream getOutputStream() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] from, int offset, int length) throws IOException {
        VirtualSocketImpl.this.write(from, offset, length, 0);
      }

      @Override
      public void close() throws IOException {
        VirtualSocketImpl.this.close();
      }
    };
  }

  @Override
  protected int available() throws IOException {
    BlockingSocket s = connected();
    if (inputShut) {
      return 0;
    }
    return JdkErrors.check(
        s.quickly(t -> {
          var info = t instanceof StreamSocket stream ? stream.tcpInfo() : null;
          return info == null ? 0 : info.receiveQueue();
        }));
  }

  // ---- the end

  @Override
  protected void close() throws IOException {
    BlockingSocket s;
    synchronized (lock) {
      if (state == State.CLOSED) {
        return;
      }
      s = socket;
      state = State.CLOSED;
    }
    if (s != null) {
      s.close(true);
    }
  }

  @Override
  protected void shutdownInput() throws IOException {
    if (!inputShut) {
      shutdown(connected(), Socket.SHUT_RD);
      inputShut = true;
    }
  }

  @Override
  protected void shutdownOutput() throws IOException {
    if (!outputShut) {
      shutdown(connected(), Socket.SHUT_WR);
      outputShut = true;
    }
  }

  private static void shutdown(BlockingSocket s, int how) throws IOException {
    int status = s.quickly(t -> t.shutdown(how));
    // Net.shutdown: "(rv < 0) && (errno != ENOTCONN)"
    if (status != -Errno.ENOTCONN) {
      JdkErrors.check(status);
    }
  }

  @Override
  protected boolean supportsUrgentData() {
    return true;
  }

  @Override
  protected void sendUrgentData(int data) throws IOException {
    write(new byte[] {(byte) data}, 0, 1, MessageFlags.MSG_OOB);
  }

  // ---- options

  @Override
  protected Set<SocketOption<?>> supportedOptions() {
    return server ? JdkOptions.SERVER : JdkOptions.CLIENT;
  }

  @Override
  protected <T> void setOption(SocketOption<T> option, T value) throws IOException {
    JdkOptions.set(open(), supportedOptions(), option, value);
  }

  @Override
  @SuppressWarnings("unchecked")
  protected <T> T getOption(SocketOption<T> option) throws IOException {
    return (T) JdkOptions.get(open(), supportedOptions(), option);
  }

  @Override
  public void setOption(int number, Object value) throws SocketException {
    BlockingSocket s = open();
    if (number == SO_TIMEOUT) {
      timeout = (int) value;
      return;
    }
    try {
      if (number == SO_OOBINLINE) {
        s.setsockopt(SocketOptions.SOL_SOCKET, SocketOptions.SO_OOBINLINE, (boolean) value ? 1 : 0);
        return;
      }
      SocketOption<?> option = JdkOptions.byNumber(number);
      boolean off = StandardSocketOptions.SO_LINGER.equals(option) && value instanceof Boolean;
      JdkOptions.set(s, JdkOptions.CLIENT, option, off ? (Object) (-1) : value);
    } catch (SocketException e) {
      throw e;
    } catch (IOException e) {
      throw new SocketException(e.getMessage(), e);
    }
  }

  @Override
  public Object getOption(int number) throws SocketException {
    BlockingSocket s = open();
    if (number == SO_TIMEOUT) {
      return timeout;
    }
    try {
      if (number == SO_BINDADDR) {
        SocketAddress local = new SocketAddress();
        JdkErrors.check(s.quickly(t -> t.getsockname(local)));
        return StackAddresses.toInetAddress(local);
      }
      if (number == SO_OOBINLINE) {
        return s.getsockopt(SocketOptions.SOL_SOCKET, SocketOptions.SO_OOBINLINE) != 0;
      }
      SocketOption<?> option = JdkOptions.byNumber(number);
      Object value = JdkOptions.get(s, JdkOptions.CLIENT, option);
      boolean off = StandardSocketOptions.SO_LINGER.equals(option) && value.equals(-1);
      return off ? (Object) Boolean.FALSE : value;
    } catch (SocketException e) {
      throw e;
    } catch (IOException e) {
      throw new SocketException(e.getMessage(), e);
    }
  }
}
