package dev.patchbay.backend.capture;

import dev.patchbay.backend.plug.FrameObserver;
import dev.patchbay.stack.device.NetDevice;
import dev.patchbay.stack.device.PortDevice;
import dev.patchbay.stack.device.Tap;
import dev.patchbay.stack.loop.TurnTask;
import dev.patchbay.stack.netfilter.log.LogGroups;
import dev.patchbay.stack.packet.DropReason;
import dev.patchbay.stack.packet.Packet;
import dev.patchbay.stack.packet.PacketPool;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** All captures of one daemon. All methods on its loop, within a turn, unless said otherwise. */
public final class Captures implements FrameObserver, PacketPool.DropObserver {
  /**
   * Files and readers of captures at one time, so that what waits for them stays within 128 MiB.
   */
  public static final int LIMIT = 16;

  /** Told what happens to a capture, on the thread that it happens on. */
  @FunctionalInterface
  public interface FailureListener {
    /** Writing has failed; the capture goes on for other readers. */
    void failed(Capture capture, String message);
  }

  private final LongSupplier clock;
  private final Consumer<TurnTask> atFlush;
  private final Executor loop;
  private final FailureListener failures;
  private final String application;
  private final Stage stage;
  private final TurnTask publish = TurnTask.of(this::publish);
  private final List<@Nullable Origin> origins = new ArrayList<>();
  private final Map<NetDevice, Probe> probes = new IdentityHashMap<>();

  /** What attachments are called and described as, wherever their ports go. */
  private final Map<NetDevice, Attached> attachments = new IdentityHashMap<>();

  private final List<Capture> captures = new ArrayList<>();
  private final Map<Integer, GroupProbe> groupProbes = new HashMap<>();
  private @Nullable LogGroups groups;
  private final List<CaptureFile> files = new ArrayList<>();
  private @Nullable Origin noEthernet;
  private @Nullable Origin noIp;
  private int lastId;

  /**
   * @param clock wall time in ns since 1970
   * @param atFlush runs a task at the end of the turn
   * @param loop runs a task on the loop, from any thread
   * @param application name and version of this program
   */
  public Captures(
      LongSupplier clock,
      Consumer<TurnTask> atFlush,
      Executor loop,
      String application,
      FailureListener failures) {
    this.clock = clock;
    this.atFlush = atFlush;
    this.loop = loop;
    this.application = application;
    this.failures = failures;
    this.stage = new Stage(this::frame);
  }

  /** The tap of one device, in place while a capture wants the device. */
  private final class Probe implements Tap {
    private final Origin origin;
    private boolean active;

    Probe(Origin origin) {
      this.origin = origin;
    }

    @Override
    public void seen(NetDevice device, Packet packet, boolean outgoing) {
      stage.seen(origin, packet, clock.getAsLong(), outgoing ? Pcapng.OUTBOUND : Pcapng.INBOUND);
      atFlush.accept(publish);
    }

    void active(boolean wanted, NetDevice device) {
      if (wanted && !active) {
        device.addTap(this);
      } else if (!wanted && active) {
        device.removeTap(this);
      }
      active = wanted;
    }
  }

  /** The listener of one group of NFLOG, there while a capture wants the group. */
  private final class GroupProbe implements LogGroups.Listener {
    private final Origin origin;

    GroupProbe(Origin origin) {
      this.origin = origin;
    }

    @Override
    public void logged(byte[] message, int length) {
      stage.frame(origin, message, 0, length, clock.getAsLong(), 0);
      atFlush.accept(publish);
    }
  }

  /** One capture: which packets, and who reads them. */
  public final class Capture {
    private final int id;
    private final @Nullable String port;
    private final @Nullable CaptureFile file;
    private final List<CaptureSink> sinks = new ArrayList<>();
    private @Nullable CaptureSink waiting;
    private volatile @Nullable String failure;

    Capture(int id, @Nullable String port, @Nullable CaptureFile file) {
      this.id = id;
      this.port = port;
      this.file = file;
    }

    /** Its number, from 1. */
    public int id() {
      return id;
    }

    /** The only device or group ({@code nflog:N}) whose packets it has, or null. */
    public @Nullable String port() {
      return port;
    }

    /** The file's path, {@code -} for standard output, or null where it is only streamed. */
    public @Nullable String file() {
      return file == null ? null : file.name();
    }

    /** Why its file is not written any more, or null. */
    public @Nullable String failure() {
      return failure;
    }

    /** Packets that its readers got or lost, of the reader with the most. */
    public long packets() {
      return sinks.stream().mapToLong(CaptureSink::packets).max().orElse(0);
    }

    /** Packets lost by all its readers, since they were too slow. */
    public long lost() {
      return sinks.stream().mapToLong(CaptureSink::lost).sum();
    }

    private CaptureSink newSink() {
      CaptureSink sink = new CaptureSink(application, port, origins, clock.getAsLong());
      sinks.add(sink);
      return sink;
    }

    /**
     * A section of its own for one more reader. The first reader of a capture without file gets all
     * since its beginning, as far as it was kept.
     *
     * @return null where there are {@value #LIMIT} files and readers in all already
     */
    public @Nullable CaptureStream stream() {
      CaptureSink kept = waiting;
      if (kept == null && sinksInAll() >= LIMIT) {
        return null;
      }
      CaptureSink sink = kept == null ? newSink() : kept;
      waiting = null;
      return new CaptureStream(
          sink,
          () -> {
            sink.abandon();
            sinks.remove(sink);
          });
    }

    private void end() {
      long now = clock.getAsLong();
      sinks.forEach(sink -> sink.end(now));
    }
  }

  /** Sets where the groups of NFLOG are, whose captures are called {@code nflog:N}. */
  public void logGroups(LogGroups of) {
    groups = of;
  }

  private record Attached(String name, String description) {}

  /** A device of an attachment or of the start is there: captures of one device know it so. */
  public void device(NetDevice device, String description) {
    attachments.put(device, new Attached(device.name(), description));
    Probe known = probes.get(device);
    gone(device);
    named(device, known == null ? device.name() : known.origin.name());
  }

  /**
   * A device has come, or has another name; packets from now on have an interface of that name.
   *
   * @param name {@code [NETNS/]DEVICE}
   */
  public void named(NetDevice device, String name) {
    Probe known = probes.get(device);
    if (known != null && known.origin.name().equals(name)) {
      return;
    }
    gone(device);
    int linkType = device.isEthernet() ? Pcapng.ETHERNET : Pcapng.RAW;
    Attached as = attachments.getOrDefault(device, new Attached("", ""));
    Origin origin = new Origin(number(), device, name, as.name(), linkType, as.description());
    add(origin);
    Probe probe = new Probe(origin);
    probes.put(device, probe);
    probe.active(isWanted(origin), device);
  }

  /** A device has gone, if only for a moment. */
  public void gone(NetDevice device) {
    Probe probe = probes.remove(device);
    if (probe == null) {
      return;
    }
    probe.active(false, device);
    stage.flush(); // what was seen of it was seen under its old name
    long now = clock.getAsLong();
    forEachSink(sink -> sink.gone(probe.origin, now));
    origins.set(probe.origin.number(), null);
  }

  /** The least number that no origin has, so that what comes and goes fills nothing. */
  private int number() {
    int free = origins.indexOf(null);
    return free < 0 ? origins.size() : free;
  }

  private void add(Origin origin) {
    if (origin.number() == origins.size()) {
      origins.add(origin);
    } else {
      origins.set(origin.number(), origin);
    }
    forEachSink(sink -> sink.device(origin));
  }

  /** Files and readers of all captures: each may hold {@value CaptureSink#CHUNKS} chunks. */
  private int sinksInAll() {
    return captures.stream().mapToInt(capture -> capture.sinks.size()).sum();
  }

  private void forEachSink(Consumer<CaptureSink> action) {
    for (Capture capture : captures) {
      capture.sinks.forEach(action);
    }
  }

  /** Puts taps where a capture wants them, and takes the others away. */
  private void arrange() {
    probes.forEach((device, probe) -> probe.active(isWanted(probe.origin), device));
    LogGroups from = groups;
    if (from != null) {
      arrange(from);
    }
  }

  /** Listens to the groups that a capture wants, and to no other one. */
  private void arrange(LogGroups from) {
    Set<Integer> wanted = new HashSet<>();
    captures.forEach(c -> wanted.add(c.port == null ? -1 : LogGroups.group(c.port)));
    wanted.remove(-1);
    for (int group : Set.copyOf(groupProbes.keySet())) {
      GroupProbe probe = wanted.contains(group) ? null : groupProbes.remove(group);
      if (probe != null) {
        from.ignore(group, probe);
        origins.set(probe.origin.number(), null);
      }
    }
    for (int group : wanted) {
      if (!groupProbes.containsKey(group)) {
        String name = "nflog:" + group;
        String told = "packets that rules show to group " + group;
        GroupProbe probe =
            new GroupProbe(new Origin(number(), null, name, name, Pcapng.NFLOG, told));
        groupProbes.put(group, probe);
        add(probe.origin);
        from.listen(group, probe);
      }
    }
  }

  private boolean isWanted(Origin origin) {
    return captures.stream().anyMatch(c -> c.port == null || c.port.equals(origin.attachment()));
  }

  /**
   * Begins a capture.
   *
   * @param port the only device, {@code nflog:N} for a group of NFLOG, or null for all devices
   * @param file opened before, off the loop; null: it is streamed only
   * @return null where there are {@value #LIMIT} already; the file stays the caller's then
   */
  public @Nullable Capture add(@Nullable String port, @Nullable CaptureFile file) {
    if (sinksInAll() >= LIMIT) {
      return null;
    }
    Capture made = new Capture(++lastId, port, file);
    captures.add(made);
    CaptureSink sink = made.newSink();
    if (file == null) {
      made.waiting = sink;
    } else {
      files.removeIf(CaptureFile::isWritten);
      files.add(file);
      sink.publish();
      file.start(
          sink,
          loop,
          message -> {
            made.failure = message;
            failures.failed(made, message);
          });
    }
    arrange();
    return made;
  }

  /** Ends a capture; what was captured is still written. Returns whether there was one. */
  public boolean remove(int id) {
    Capture capture = get(id);
    if (capture == null) {
      return false;
    }
    stage.flush();
    captures.remove(capture);
    capture.end();
    arrange();
    return true;
  }

  /** The capture of this number, or null. */
  public @Nullable Capture get(int id) {
    return captures.stream().filter(c -> c.id == id).findFirst().orElse(null);
  }

  /** All, in the order in which they were made. */
  public List<Capture> list() {
    return List.copyOf(captures);
  }

  /** Ends what is only streamed, so that its readers get the end before their sockets close. */
  public void endStreams() {
    stage.flush();
    for (Capture capture : list()) {
      long now = clock.getAsLong();
      int kept = capture.file == null ? 0 : 1;
      capture.sinks.stream().skip(kept).forEach(sink -> sink.end(now));
      if (capture.file == null) {
        remove(capture.id);
      }
    }
  }

  /** Ends all. */
  public void end() {
    list().forEach(capture -> remove(capture.id));
  }

  /**
   * Waits, after {@link #end}, until all files are written; not on the loop.
   *
   * @param millis for all together
   * @return the file that was not written in time, or null
   */
  public @Nullable String await(long millis) throws InterruptedException {
    long limit = System.nanoTime() + millis * 1_000_000;
    for (CaptureFile file : List.copyOf(files)) {
      long left = Math.max(0, (limit - System.nanoTime()) / 1_000_000);
      if (!file.await(left)) {
        return file.name();
      }
    }
    return null;
  }

  /** A frame of NC-SI, which ends at the plug. */
  @Override
  public void seen(PortDevice port, byte[] data, int offset, int length, boolean fromGuest) {
    Probe probe = probes.get(port);
    if (probe != null && probe.active) {
      int direction = fromGuest ? Pcapng.INBOUND : Pcapng.OUTBOUND;
      stage.frame(probe.origin, data, offset, length, clock.getAsLong(), direction);
      atFlush.accept(publish);
    }
  }

  /** A packet is dropped: noted at it, or written once more where it was not seen in this turn. */
  @Override
  public void dropped(Packet packet, DropReason reason) {
    if (captures.isEmpty() || stage.dropped(packet, reason)) {
      return;
    }
    NetDevice device = packet.physicalDevice != null ? packet.physicalDevice : packet.device;
    Probe probe = device == null ? null : probes.get(device);
    if (device != null && (probe == null || !probe.active)) {
      return;
    }
    boolean link = FrameStart.isEthernet(packet);
    Origin origin = probe == null ? none(link) : probe.origin;
    if (!link && origin.linkType() == Pcapng.ETHERNET) {
      origin = none(false);
    }
    int at = link && origin.linkType() == Pcapng.RAW ? packet.l3 : FrameStart.position(packet);
    int direction = packet.device != null ? Pcapng.INBOUND : Pcapng.OUTBOUND;
    if (at >= 0 && at < packet.tail) {
      stage.dropped(origin, packet, at, clock.getAsLong(), direction, reason);
      atFlush.accept(publish);
    }
  }

  /** The interface of packets that no device had, made when the first one is dropped. */
  private Origin none(boolean ethernet) {
    Origin known = ethernet ? noEthernet : noIp;
    if (known == null) {
      known =
          new Origin(
              number(),
              null,
              "none",
              "",
              ethernet ? Pcapng.ETHERNET : Pcapng.RAW,
              "dropped before a device had them");
      add(known);
      if (ethernet) {
        noEthernet = known;
      } else {
        noIp = known;
      }
    }
    return known;
  }

  private void frame(
      int origin,
      long time,
      byte[] data,
      int offset,
      int length,
      int direction,
      @Nullable DropReason reason) {
    Origin from = origins.get(origin);
    if (from == null) {
      return; // gone() has flushed what was of it
    }
    for (int i = 0; i < captures.size(); i++) {
      List<CaptureSink> sinks = captures.get(i).sinks;
      for (int k = 0; k < sinks.size(); k++) {
        sinks.get(k).packet(from, time, data, offset, length, direction, reason);
      }
    }
  }

  private void publish() {
    stage.flush();
    for (int i = 0; i < captures.size(); i++) {
      List<CaptureSink> sinks = captures.get(i).sinks;
      for (int k = 0; k < sinks.size(); k++) {
        sinks.get(k).publish();
      }
    }
  }
}
