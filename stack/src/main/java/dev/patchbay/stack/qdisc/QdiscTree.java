package dev.patchbay.stack.qdisc;

import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.random.RandomSource;
import dev.patchbay.stack.time.Timer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The qdiscs of one device and direction: sends through them, and adds, changes and deletes them
 * (Linux: {@code struct netdev_queue}, {@code sch_api.c}). On the loop of its namespace.
 */
public final class QdiscTree {
  private static final int MAJOR = 0xffff_0000;
  private static final int MINOR = 0xffff;

  /** {@code GOLDEN_RATIO_32}, by which Linux spreads handles over its 16 lists. */
  private static final int GOLDEN_RATIO = 0x61c8_8647;

  private final EventLoop loop;
  private final QdiscDevice device;
  private final QdiscHandles handles;
  private final RandomSource random;
  private final int top;
  private final Timer watchdog;
  private @Nullable Qdisc root;
  private boolean hadRoot;
  private boolean running;
  private long serials;

  /**
   * @param random the source of this device and direction
   * @param top {@link Qdisc#ROOT} or {@link Qdisc#INGRESS}
   */
  public QdiscTree(
      EventLoop loop, QdiscDevice device, QdiscHandles handles, RandomSource random, int top) {
    this.loop = loop;
    this.device = device;
    this.handles = handles;
    this.random = random;
    this.top = top;
    watchdog = loop.timer(this::run);
  }

  QdiscDevice device() {
    return device;
  }

  RandomSource random() {
    return random;
  }

  long nextSerial() {
    return serials++;
  }

  long now() {
    return loop.now();
  }

  /** The first qdisc, or null where there is none: packets are sent at once. */
  public @Nullable Qdisc root() {
    return root;
  }

  /** Whether packets go through it. */
  public boolean isActive() {
    return root != null && root.kind() != QdiscKind.NOQUEUE;
  }

  /** Whether packets must come cut into segments. */
  public boolean wantsSegments() {
    return root != null && root.wantsSegments();
  }

  /** Takes a packet, and sends what may go. */
  public void transmit(Packet packet) {
    enqueue(packet);
    run();
  }

  /** Takes a packet; {@link #run} is to follow. */
  public void enqueue(Packet packet) {
    Qdisc first = root;
    if (first == null) {
      device.send(packet);
    } else {
      first.enqueue(packet);
    }
  }

  /** Sends what may go now. What a packet on its way brings about waits for its turn. */
  public void run() {
    Qdisc first = root;
    if (running || first == null) {
      return;
    }
    running = true;
    try {
      for (Packet packet = first.dequeue(); packet != null; packet = first.dequeue()) {
        device.send(packet);
      }
    } finally {
      running = false;
    }
  }

  /** Runs again at {@code time} (ns of the loop), if it does not sooner. */
  void wake(long time) {
    if (!watchdog.isArmed() || time < watchdog.deadline()) {
      watchdog.arm(time);
    }
  }

  /** Drops what waits ({@code dev_deactivate}). */
  public void purge() {
    watchdog.cancel();
    if (root != null) {
      root.purge();
    }
  }

  /** The qdisc of that handle, or null. */
  public @Nullable Qdisc find(int handle) {
    for (Qdisc qdisc : all()) {
      if (handle != 0 && qdisc.handle() == handle) {
        return qdisc;
      }
    }
    return null;
  }

  /** All, the root first and the others in the order in which Linux lists them. */
  public List<Qdisc> list() {
    List<Qdisc> listed = all();
    if (listed.size() > 1) {
      List<Qdisc> others = listed.subList(1, listed.size());
      others.sort(
          Comparator.comparingInt((Qdisc q) -> q.handle() * GOLDEN_RATIO >>> 28)
              .thenComparing(Comparator.comparingLong((Qdisc q) -> q.serial).reversed()));
    }
    return Collections.unmodifiableList(listed);
  }

  private List<Qdisc> all() {
    List<Qdisc> found = new ArrayList<>();
    if (root != null) {
      collect(root, found);
    }
    return found;
  }

  private static void collect(Qdisc qdisc, List<Qdisc> into) {
    into.add(qdisc);
    for (int minor = 1; minor <= qdisc.classes(); minor++) {
      Qdisc child = qdisc.leaf(minor);
      if (child != null) {
        collect(child, into);
      }
    }
  }

  /** Drops what a qdisc holds that leaves the tree. */
  void forget(Qdisc qdisc) {
    qdisc.purge();
    flushFilters(qdisc);
  }

  private static void flushFilters(Qdisc qdisc) {
    List<Qdisc> gone = new ArrayList<>();
    collect(qdisc, gone);
    gone.forEach(Qdisc::flushFilters);
  }

  /** Deletes the filters of all: the device goes. */
  public void flushFilters() {
    if (root != null) {
      flushFilters(root);
    }
  }

  /**
   * Adds, replaces or changes ({@code tc_modify_qdisc}).
   *
   * @throws QdiscException and nothing was changed
   */
  public void modify(QdiscRequest request) throws QdiscException {
    Qdisc under = null;
    Qdisc there;
    if (request.parent() == 0) {
      if (request.handle() == 0) {
        throw QdiscException.of("Handle cannot be zero");
      }
      there = find(request.handle());
    } else {
      under = under(request.parent(), "Failed to find specified qdisc");
      there = at(request.parent(), under);
      if (there != null && there.handle() == 0) {
        there = null;
      }
      if (there == null || request.handle() == 0 || there.handle() != request.handle()) {
        if (request.handle() != 0) {
          checkNewHandle(request, there);
        }
        if (request.handle() != 0 || there == null || !request.names(there)) {
          create(request, under, there);
          return;
        }
      }
    }
    if (there == null) {
      throw QdiscException.of("Specified qdisc not found");
    }
    if (request.exclusive()) {
      throw QdiscException.of("Exclusivity flag on, cannot modify");
    }
    if (!request.names(there)) {
      throw QdiscException.of("Invalid qdisc name");
    }
    if (request.options() != null) {
      there.change(request.options());
    }
  }

  private void checkNewHandle(QdiscRequest request, @Nullable Qdisc there) throws QdiscException {
    if (there != null && !request.replace()) {
      throw QdiscException.of("NLM_F_REPLACE needed to override");
    }
    Qdisc holder = find(request.handle());
    if (holder == null) {
      return;
    }
    if (request.exclusive()) {
      throw QdiscException.of("Exclusivity flag on, cannot override");
    }
    throw QdiscException.of("Cannot move an existing qdisc to a different parent");
  }

  private void create(QdiscRequest request, @Nullable Qdisc under, @Nullable Qdisc there)
      throws QdiscException {
    if (!request.create() && there == null) {
      throw QdiscException.of("Qdisc not found. To create specify NLM_F_CREATE flag");
    }
    String name = request.kind();
    QdiscKind kind = name == null ? null : QdiscKind.of(name);
    if (kind == null) {
      throw QdiscException.of("Specified qdisc kind is unknown");
    }
    int handle = request.handle() != 0 ? request.handle() : handles.next(this);
    Qdisc made = kind.create(this, handle, request.options());
    if (kind == QdiscKind.NOQUEUE && under != null) {
      throw QdiscException.of("Cannot assign noqueue to a class");
    }
    if (under == null) {
      setRoot(made);
    } else {
      int minor = under.hasOneChild() ? 1 : request.parent() & MINOR;
      made.placeAt(under.handle() | minor, under);
      under.graft(minor, made);
    }
  }

  private void setRoot(@Nullable Qdisc made) {
    purge();
    flushFilters();
    root = made;
    hadRoot = true;
    if (made != null) {
      made.placeAt(top, null);
    }
  }

  /**
   * Deletes ({@code tc_get_qdisc}).
   *
   * @throws QdiscException and nothing was changed
   */
  public void delete(QdiscRequest request) throws QdiscException {
    Qdisc under = null;
    Qdisc there;
    if (request.parent() == 0) {
      there = find(request.handle());
      if (there == null) {
        throw QdiscException.of("Failed to find qdisc with specified handle");
      }
    } else {
      under = under(request.parent(), "Failed to find qdisc with specified classid");
      there = at(request.parent(), under);
      if (there == null && under == null && top == Qdisc.ROOT) {
        throw QdiscException.of("Cannot delete qdisc with handle of zero");
      }
      if (there == null) {
        // once there was one, the kernel keeps a place with none
        throw hadRoot
            ? QdiscException.of("Invalid handle")
            : QdiscException.of("Cannot find specified qdisc on specified device");
      }
      if (request.handle() != 0 && there.handle() != request.handle()) {
        throw QdiscException.of("Invalid handle");
      }
    }
    if (!request.names(there)) {
      throw QdiscException.of("Invalid qdisc name");
    }
    if (request.parent() == 0) {
      throw QdiscException.of("Classid cannot be zero");
    }
    if (there.handle() == 0) {
      throw QdiscException.of("Cannot delete qdisc with handle of zero");
    }
    if (under == null) {
      setRoot(null);
    } else {
      under.graft(under.hasOneChild() ? 1 : request.parent() & MINOR, null);
    }
  }

  /** The qdisc of which {@code parent} is a class, null for the root's place. */
  private @Nullable Qdisc under(int parent, String otherwise) throws QdiscException {
    if (parent == top) {
      return null;
    }
    Qdisc found = find(parent & MAJOR);
    if (found == null) {
      throw QdiscException.of(otherwise);
    }
    return found;
  }

  /** What stands at {@code parent} ({@code qdisc_leaf}). */
  private @Nullable Qdisc at(int parent, @Nullable Qdisc under) throws QdiscException {
    if (under == null) {
      return root;
    }
    if (under.kind() == QdiscKind.FQ_CODEL) {
      // its classes are its flows, which show but cannot be found
      throw QdiscException.of("Specified class not found");
    }
    if (under.classes() == 0 && !under.hasOneChild()) {
      throw QdiscException.of("Parent qdisc is not classful");
    }
    if (under.hasOneChild()) {
      return under.leaf(1);
    }
    int minor = parent & MINOR;
    if (minor < 1 || minor > under.classes()) {
      throw QdiscException.of("Specified class not found");
    }
    return under.leaf(minor);
  }
}
