package dev.patchbay.backend.config;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * All that one daemon is asked to do, checked. All paths are absolute.
 *
 * @param instance its name and its files
 * @param attachments the ports in the order of the options, those of the file first; names are
 *     given and unique; empty: {@link #attachments(Path)} has the standard one
 * @param forwards the forwarding rules
 * @param uplink what may leave
 * @param mtu default of the ports in bytes, {@value Attachment#MIN_MTU} to {@value
 *     Attachment#MAX_MTU}
 * @param captures the captures; at most one goes to standard output
 * @param exec the commands to run at start, in order
 * @param seed of everything random; empty: random
 * @param log how to log
 * @param services DHCP, router advertisements and DNS by device, in the order of the file; what is
 *     not named is on {@code br0} with its defaults
 * @param file the configuration file (read again at SIGHUP), or null
 * @param command what to start when ready, verbatim; empty: nothing
 */
public record DaemonConfig(
    Instance instance,
    List<Attachment> attachments,
    List<Forward> forwards,
    Uplink uplink,
    int mtu,
    List<Capture> captures,
    List<ExecCommand> exec,
    OptionalLong seed,
    Log log,
    List<ServiceKeys> services,
    @Nullable Path file,
    List<String> command) {
  /** Default MTU of the ports in bytes. */
  public static final int DEFAULT_MTU = 1500;

  /** Takes copies. */
  public DaemonConfig {
    attachments = List.copyOf(attachments);
    forwards = List.copyOf(forwards);
    captures = List.copyOf(captures);
    exec = List.copyOf(exec);
    services = List.copyOf(services);
    command = List.copyOf(command);
  }

  /**
   * The instance and its files; the directory itself is {@link InstanceDirs}' business.
   *
   * @param name its name; {@value InstanceDirs#AUTO} is the first free one
   * @param dir where its files live, or null for the rule of {@link InstanceDirs}
   * @param control its control socket, or null for {@code control.sock} in the directory
   * @param readyFile where the {@code ready} line is written too, or null
   */
  public record Instance(
      String name, @Nullable Path dir, @Nullable Path control, @Nullable Path readyFile) {}

  /**
   * What may leave by {@code host0} and to the host.
   *
   * @param restrict nothing
   * @param hostLoopback which ports of the appliance lead to the host's loopback
   * @param allowLinkLocal whether link-local and metadata addresses may be reached
   */
  public record Uplink(boolean restrict, HostLoopback hostLoopback, boolean allowLinkLocal) {}

  /**
   * How to log to standard error.
   *
   * @param level the least level shown
   * @param json one JSON object per line rather than text
   */
  public record Log(Level level, boolean json) {
    /** Levels, the most serious first. */
    public enum Level {
      /** What ended, or was refused. */
      ERROR,
      /** What a person should look at. */
      WARN,
      /** What happened: attachments, leases, forwards. */
      INFO,
      /** How it happened. */
      DEBUG,
      /** Each packet. */
      TRACE
    }
  }

  /**
   * The attachments, or the standard one where there are none.
   *
   * @param dir the instance's directory, absolute
   */
  public List<Attachment> attachments(Path dir) {
    return attachments.isEmpty() ? List.of(Attachment.standard(dir)) : attachments;
  }

  /** The MTU of a port in bytes. */
  public int mtuOf(Attachment attachment) {
    return attachment.mtu().orElse(mtu);
  }

  /** Whether standard output is a capture, so that {@code ready} must not be written to it. */
  public boolean capturesToStandardOutput() {
    return captures.stream().anyMatch(capture -> capture.file() == null);
  }
}
