package dev.patchbay.sockets.blocking;

import dev.patchbay.stack.ip.IpAddress;
import dev.patchbay.stack.socket.AddressFamily;
import dev.patchbay.stack.socket.Errno;
import dev.patchbay.stack.socket.MessageFlags;
import dev.patchbay.stack.socket.Socket;
import dev.patchbay.stack.socket.SocketType;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A {@link DatagramSocket} and {@link MulticastSocket} of the virtual network. {@link
 * MulticastSocket} cannot be made with an implementation of one's own, and {@link DatagramSocket}'s
 * way to do so holds a monitor while it receives; so all methods are here. The one socket of the
 * host's that the JDK's constructor makes is closed at once; it is never bound.
 */
final class VirtualDatagramSocket extends MulticastSocket {
  private final BlockingSocket socket;
  private final PacketRoom room = new PacketRoom();
  private final Object lock = new Object();
  private volatile @Nullable InetSocketAddress local;
  private volatile @Nullable InetSocketAddress remote;
  private volatile int timeout;

  /** What {@link #setInterface} named: a device has several addresses. */
  private volatile @Nullable InetAddress interfaceAddress;

  VirtualDatagramSocket(BlockingNetwork network, @Nullable SocketAddress bindTo, boolean reuse)
      throws IOException {
    super((SocketAddress) null);
    super.close();
    socket = network.socket(AddressFamily.AF_INET6, SocketType.SOCK_DGRAM, 0);
    try {
      if (reuse) {
        setReuseAddress(true);
      }
      setBroadcast(true);
      if (bindTo != null) {
        bind(bindTo);
      }
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private void requireOpen() throws SocketException {
    if (socket.isClosed()) {
      throw new SocketException("Socket is closed");
    }
  }

  private int quickly(java.util.function.ToIntFunction<Socket> operation) throws SocketException {
    try {
      return socket.quickly(operation);
    } catch (SocketException e) {
      throw e;
    } catch (IOException e) {
      throw new SocketException(e.getMessage(), e);
    }
  }

  // ---- addresses

  @Override
  public void bind(@Nullable SocketAddress to) throws SocketException {
    SocketAddress wanted = to == null ? new InetSocketAddress(0) : to;
    InetSocketAddress at = inet(wanted);
    requireOpen();
    synchronized (lock) {
      if (local != null) {
        throw new SocketException("Already bound");
      }
      var stackAddress = StackAddresses.toStack(at.getAddress(), at.getPort());
      JdkErrors.check(
          quickly(s -> {
            int status = s.bind(stackAddress);
            return status < 0 ? status : s.getsockname(stackAddress);
          }));
      local = StackAddresses.toInetSocketAddress(stackAddress);
    }
  }

  private static InetSocketAddress inet(SocketAddress address) throws SocketException {
    if (!(address instanceof InetSocketAddress inet)) {
      throw new IllegalArgumentException("Unsupported address type");
    }
    if (inet.isUnresolved()) {
      throw new SocketException("Unresolved address");
    }
    return inet;
  }

  private void ensureBound() throws SocketException {
    synchronized (lock) {
      if (local == null) {
        bind(null);
      }
    }
  }

  @Override
  public void connect(@Nullable InetAddress address, int port) {
    if (address == null) {
      throw new IllegalArgumentException("Address can't be null");
    }
    try {
      connectTo(new InetSocketAddress(address, port));
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void connect(@Nullable SocketAddress address) throws SocketException {
    if (address == null) {
      throw new IllegalArgumentException("Address can't be null");
    }
    connectTo(inet(address));
  }

  private void connectTo(InetSocketAddress to) throws SocketException {
    if (socket.isClosed()) {
      return;
    }
    if (to.getPort() == 0) {
      throw new SocketException("Can't connect to port 0");
    }
    synchronized (lock) {
      ensureBound();
      var peer = StackAddresses.toPeer(to.getAddress(), to.getPort());
      var own = new dev.patchbay.stack.socket.SocketAddress();
      JdkErrors.check(
          quickly(s -> {
            int status = s.connect(peer);
            discard(s);
            return status < 0 ? status : s.getsockname(own);
          }));
      local = StackAddresses.toInetSocketAddress(own);
      remote = to;
    }
  }

  /** What others have sent before is not the peer's. */
  private static void discard(Socket s) {
    byte[] nothing = new byte[0];
    int n;
    do {
      n = s.recv(nothing, 0, 0, MessageFlags.MSG_DONTWAIT);
    } while (n >= 0);
  }

  @Override
  public void disconnect() {
    synchronized (lock) {
      InetSocketAddress bound = local;
      if (socket.isClosed() || remote == null || bound == null) {
        return;
      }
      var own = new dev.patchbay.stack.socket.SocketAddress();
      try {
        JdkErrors.check(quickly(s -> dissolve(s, own, bound.getPort())));
      } catch (SocketException e) {
        throw new UncheckedIOException(e);
      }
      local = StackAddresses.toInetSocketAddress(own);
      remote = null;
    }
  }

  /** The end of an association takes the port away that {@code bind} did not name. */
  private static int dissolve(Socket s, dev.patchbay.stack.socket.SocketAddress own, int port) {
    int status = s.connect(new dev.patchbay.stack.socket.SocketAddress());
    status = status < 0 ? status : s.getsockname(own);
    if (status < 0 || own.port != 0) {
      return status;
    }
    own.set(AddressFamily.AF_INET6, 0, 0, port);
    status = s.bind(own);
    return status < 0 ? status : s.getsockname(own);
  }

  @Override
  public boolean isBound() {
    return local != null;
  }

  @Override
  public boolean isConnected() {
    return remote != null;
  }

  @Override
  public @Nullable InetAddress getInetAddress() {
    InetSocketAddress peer = remote;
    return peer == null ? null : peer.getAddress();
  }

  @Override
  public int getPort() {
    InetSocketAddress peer = remote;
    return peer == null ? -1 : peer.getPort();
  }

  @Override
  public @Nullable SocketAddress getRemoteSocketAddress() {
    return remote;
  }

  @Override
  public @Nullable SocketAddress getLocalSocketAddress() {
    return socket.isClosed() ? null : local;
  }

  @Override
  public @Nullable InetAddress getLocalAddress() {
    if (socket.isClosed()) {
      return null;
    }
    InetSocketAddress own = local;
    return own == null ? new InetSocketAddress(0).getAddress() : own.getAddress();
  }

  @Override
  public int getLocalPort() {
    InetSocketAddress own = local;
    return socket.isClosed() ? -1 : own == null ? 0 : own.getPort();
  }

  // ---- transfer

  @Override
  public void send(DatagramPacket packet) throws IOException {
    synchronized (packet) {
      if (socket.isClosed()) {
        throw new SocketException("Socket closed");
      }
      var to = destination(packet);
      ensureBound();
      int n =
          socket.trySend(packet.getData(), packet.getOffset(), packet.getLength(), 0, to, false);
      if (n < 0) {
        throw remote == null ? JdkErrors.of(n) : JdkErrors.ofDatagram(n);
      }
    }
  }

  private dev.patchbay.stack.socket.@Nullable SocketAddress destination(DatagramPacket packet)
      throws SocketException {
    InetSocketAddress peer = remote;
    InetAddress address = packet.getAddress();
    if (address == null) {
      if (peer == null) {
        throw new IllegalArgumentException("Address not set");
      }
      packet.setSocketAddress(peer);
      return null;
    }
    if (peer != null) {
      if (!peer.equals(packet.getSocketAddress())) {
        throw new IllegalArgumentException("Connected and packet address differ");
      }
      return null;
    }
    if (packet.getPort() == 0) {
      throw new SocketException("Can't send to port 0");
    }
    return StackAddresses.toPeer(address, packet.getPort());
  }

  @Override
  public void receive(DatagramPacket packet) throws IOException {
    try {
      receiveInto(packet);
    } catch (SocketTimeoutException e) {
      throw e;
    } catch (InterruptedIOException e) {
      close();
      SocketException closed = new SocketException("Closed by interrupt");
      closed.initCause(e);
      throw closed;
    }
  }

  private void receiveInto(DatagramPacket packet) throws IOException {
    synchronized (packet) {
      if (socket.isClosed()) {
        throw new SocketException("Socket closed");
      }
      ensureBound();
      int size = room.of(packet);
      var from = new dev.patchbay.stack.socket.SocketAddress();
      long nanos = TimeUnit.MILLISECONDS.toNanos(timeout);
      int n =
          socket.tryReceive(
              packet.getData(),
              packet.getOffset(),
              size,
              0,
              from,
              nanos,
              JdkErrors.isInterruptible());
      switch (n) {
        case -Errno.EAGAIN -> throw new SocketTimeoutException("Receive timed out");
        case -Errno.EINTR -> throw JdkErrors.interrupted();
        default -> {
          if (n < 0) {
            throw JdkErrors.ofDatagram(n);
          }
        }
      }
      room.received(packet, n, size);
      packet.setSocketAddress(StackAddresses.toInetSocketAddress(from));
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean isClosed() {
    return socket.isClosed();
  }

  @Override
  public @Nullable DatagramChannel getChannel() {
    return null;
  }

  // ---- options

  private <T> void set(SocketOption<T> option, T value) throws SocketException {
    requireOpen();
    try {
      JdkOptions.set(socket, JdkOptions.DATAGRAM, option, value);
    } catch (SocketException e) {
      throw e;
    } catch (IOException e) {
      throw new SocketException(e.getMessage(), e);
    }
  }

  @SuppressWarnings("unchecked")
  private <T> T get(SocketOption<T> option) throws SocketException {
    requireOpen();
    try {
      return (T) JdkOptions.get(socket, JdkOptions.DATAGRAM, option);
    } catch (SocketException e) {
      throw e;
    } catch (IOException e) {
      throw new SocketException(e.getMessage(), e);
    }
  }

  @Override
  public <T> DatagramSocket setOption(SocketOption<T> name, T value) throws IOException {
    set(name, value);
    return this;
  }

  @Override
  public <T> T getOption(SocketOption<T> name) throws IOException {
    return get(name);
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return JdkOptions.DATAGRAM;
  }

  @Override
  public void setSoTimeout(int millis) throws SocketException {
    requireOpen();
    if (millis < 0) {
      throw new IllegalArgumentException("timeout < 0");
    }
    timeout = millis;
  }

  @Override
  public int getSoTimeout() throws SocketException {
    requireOpen();
    return timeout;
  }

  @Override
  public void setSendBufferSize(int size) throws SocketException {
    if (size <= 0) {
      throw new IllegalArgumentException("Invalid send size");
    }
    set(StandardSocketOptions.SO_SNDBUF, size);
  }

  @Override
  public int getSendBufferSize() throws SocketException {
    return get(StandardSocketOptions.SO_SNDBUF);
  }

  @Override
  public void setReceiveBufferSize(int size) throws SocketException {
    if (size <= 0) {
      throw new IllegalArgumentException("Invalid receive size");
    }
    set(StandardSocketOptions.SO_RCVBUF, size);
  }

  @Override
  public int getReceiveBufferSize() throws SocketException {
    return get(StandardSocketOptions.SO_RCVBUF);
  }

  @Override
  public void setReuseAddress(boolean on) throws SocketException {
    set(StandardSocketOptions.SO_REUSEADDR, on);
  }

  @Override
  public boolean getReuseAddress() throws SocketException {
    return get(StandardSocketOptions.SO_REUSEADDR);
  }

  @Override
  public void setBroadcast(boolean on) throws SocketException {
    set(StandardSocketOptions.SO_BROADCAST, on);
  }

  @Override
  public boolean getBroadcast() throws SocketException {
    return get(StandardSocketOptions.SO_BROADCAST);
  }

  @Override
  public void setTrafficClass(int tc) throws SocketException {
    set(StandardSocketOptions.IP_TOS, tc);
  }

  @Override
  public int getTrafficClass() throws SocketException {
    return get(StandardSocketOptions.IP_TOS);
  }

  // ---- multicast

  @Override
  public void setTimeToLive(int ttl) throws IOException {
    set(StandardSocketOptions.IP_MULTICAST_TTL, ttl);
  }

  @Override
  public int getTimeToLive() throws IOException {
    return get(StandardSocketOptions.IP_MULTICAST_TTL);
  }

  @Override
  @Deprecated
  @SuppressWarnings("removal")
  public void setTTL(byte ttl) throws IOException {
    setTimeToLive(Byte.toUnsignedInt(ttl));
  }

  @Override
  @Deprecated
  @SuppressWarnings("removal")
  public byte getTTL() throws IOException {
    return (byte) getTimeToLive();
  }

  @Override
  @Deprecated
  @SuppressWarnings("removal")
  public void send(DatagramPacket packet, byte ttl) throws IOException {
    synchronized (lock) {
      int before = getTimeToLive();
      setTimeToLive(Byte.toUnsignedInt(ttl));
      try {
        send(packet);
      } finally {
        setTimeToLive(before);
      }
    }
  }

  @Override
  public void joinGroup(SocketAddress group, @Nullable NetworkInterface by) throws IOException {
    byte[] request = GroupRequest.of(group, by);
    requireOpen();
    int status = quickly(s -> GroupRequest.join(s, request));
    if (status == -Errno.EADDRINUSE) {
      throw new SocketException("Already a member of group");
    }
    JdkErrors.check(status);
  }

  @Override
  public void leaveGroup(SocketAddress group, @Nullable NetworkInterface by) throws IOException {
    byte[] request = GroupRequest.of(group, by);
    requireOpen();
    int status = quickly(s -> GroupRequest.leave(s, request));
    if (status == -Errno.EADDRNOTAVAIL) {
      throw new SocketException("Not a member of group");
    }
    JdkErrors.check(status);
  }

  @Override
  @Deprecated
  public void joinGroup(InetAddress group) throws IOException {
    joinGroup(new InetSocketAddress(group, 0), null);
  }

  @Override
  @Deprecated
  public void leaveGroup(InetAddress group) throws IOException {
    leaveGroup(new InetSocketAddress(group, 0), null);
  }

  @Override
  @Deprecated
  public void setInterface(InetAddress address) throws SocketException {
    var at = StackAddresses.toStack(address, 0);
    String[] name = {""};
    quickly(s -> {
      var device = s.layer().stack().deviceOf(at.hi, at.lo);
      name[0] = device == null ? "" : device.name();
      return 0;
    });
    if (name[0].isEmpty()) {
      throw new SocketException(
          "No network interface found with address " + address.getHostAddress());
    }
    set(VirtualSocketOptions.IP_MULTICAST_DEVICE, name[0]);
    interfaceAddress = address;
  }

  @Override
  @Deprecated
  public InetAddress getInterface() throws SocketException {
    String name = get(VirtualSocketOptions.IP_MULTICAST_DEVICE);
    InetAddress[] found = {new InetSocketAddress(0).getAddress()};
    InetAddress chosen = interfaceAddress;
    quickly(s -> {
      var device = s.layer().stack().device(name);
      if (device != null && !device.addresses().isEmpty()) {
        var first = device.addresses().getFirst().address();
        IpAddress named = chosen == null ? first : IpAddress.of(chosen);
        boolean still = device.addresses().stream().anyMatch(a -> a.address().equals(named));
        found[0] = StackAddresses.toInetAddress(null, still ? named : first);
      }
      return 0;
    });
    return found[0];
  }

  /** Refused: it is one of the host's. */
  @Override
  public void setNetworkInterface(NetworkInterface by) throws SocketException {
    requireOpen();
    throw GroupRequest.foreign(by);
  }

  /** Refused: there is none for a device of the virtual network. */
  @Override
  public NetworkInterface getNetworkInterface() throws SocketException {
    requireOpen();
    throw new SocketException(
        "a device of the virtual network is no NetworkInterface; ask for the option "
            + VirtualSocketOptions.IP_MULTICAST_DEVICE);
  }

  @Override
  @Deprecated
  public void setLoopbackMode(boolean disable) throws SocketException {
    set(StandardSocketOptions.IP_MULTICAST_LOOP, !disable);
  }

  @Override
  @Deprecated
  public boolean getLoopbackMode() throws SocketException {
    return !get(StandardSocketOptions.IP_MULTICAST_LOOP);
  }
}
