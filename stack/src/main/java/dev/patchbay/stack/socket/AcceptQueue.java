package dev.patchbay.stack.socket;

import dev.patchbay.stack.tcp.IncomingSyn;
import dev.patchbay.stack.tcp.LocalEnd;
import dev.patchbay.stack.tcp.PortTable;
import dev.patchbay.stack.tcp.TcpEngine;
import dev.patchbay.stack.tcp.TcpListener;
import dev.patchbay.stack.tcp.TcpSocket;
import dev.patchbay.stack.time.Timer;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a listening socket until they are accepted ({@code request_sock_queue}): those
 * whose handshake goes on, those for which {@code TCP_DEFER_ACCEPT} waits for data, and those that
 * {@code accept} gives out.
 */
final class AcceptQueue {
  private static final long SECOND = 1_000_000_000L;

  private final StreamSocket owner;
  private final ArrayDeque<StreamSocket> ready = new ArrayDeque<>();

  /** Handshake under way, or data awaited; the timer ends that. In the order in which they came. */
  private final Map<StreamSocket, @Nullable Timer> waiting = new LinkedHashMap<>();

  private @Nullable TcpListener listener;
  private int backlog;

  AcceptQueue(StreamSocket owner, int backlog) {
    this.owner = owner;
    backlog(backlog);
  }

  /** Linux compares it as an unsigned number. */
  void backlog(int wanted) {
    int most = owner.stack().conf().maxBacklog;
    backlog = wanted < 0 ? most : Math.min(wanted, most);
  }

  /** Begins to listen; false where another socket does. */
  boolean open(TcpEngine engine, PortTable.Binding binding, LocalEnd end) {
    listener = engine.listen(binding, end, this::onSyn);
    return listener != null;
  }

  boolean isEmpty() {
    return ready.isEmpty();
  }

  int size() {
    return ready.size();
  }

  int backlog() {
    return backlog;
  }

  /** {@code tcp_conn_request}: beyond the backlog a SYN gets no answer, the peer asks again. */
  private void onSyn(IncomingSyn syn) {
    if (ready.size() > backlog) {
      owner.layer().stack().tcp().counters().listenOverflows++;
      syn.drop();
      return;
    }
    StreamSocket child = new StreamSocket(owner, this);
    TcpSocket t = syn.accept(child);
    if (t != null) {
      waiting.put(child, null);
      child.born(t);
      limit();
    }
  }

  private void limit() {
    TcpListener l = listener;
    if (l != null) {
      l.full(waiting.size() > backlog);
    }
  }

  /** The handshake has ended. */
  void connected(StreamSocket child) {
    int defer = owner.level.deferSeconds();
    if (defer > 0) {
      Timer timer = owner.layer().loop().timer(() -> enqueue(child));
      timer.arm(owner.layer().loop().now() + defer * SECOND);
      waiting.put(child, timer);
    } else {
      enqueue(child);
    }
  }

  /** Data came. */
  void readable(StreamSocket child) {
    if (waiting.get(child) != null) {
      enqueue(child);
    }
  }

  private void enqueue(StreamSocket child) {
    forget(child);
    ready.add(child);
    owner.wakeListener();
  }

  private boolean forget(StreamSocket child) {
    if (!waiting.containsKey(child)) {
      return false;
    }
    Timer timer = waiting.remove(child);
    if (timer != null) {
      timer.cancel();
    }
    limit();
    return true;
  }

  /** The connection is over: one that is ready stays, its error is for whoever accepts it. */
  void closed(StreamSocket child) {
    if (forget(child)) {
      child.close();
    }
  }

  @Nullable StreamSocket poll() {
    return ready.poll();
  }

  /** {@code inet_csk_listen_stop}: what was not accepted is reset. */
  void close() {
    TcpListener l = listener;
    if (l != null) {
      l.close();
      listener = null;
    }
    for (StreamSocket child : waiting.keySet().toArray(StreamSocket[]::new)) {
      forget(child);
      child.abort();
    }
    for (StreamSocket child = ready.poll(); child != null; child = ready.poll()) {
      child.abort();
    }
  }
}
