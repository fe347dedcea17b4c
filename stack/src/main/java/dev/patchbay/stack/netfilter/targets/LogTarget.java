package dev.patchbay.stack.netfilter.targets;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.log.PacketLog;
import java.nio.charset.StandardCharsets;

/** Writes a line about the packet, which goes on ({@code xt_LOG}). */
public final class LogTarget extends Target {
  private final PacketLog log;
  private final int level;
  private final byte[] prefix;
  private final int flags;

  /**
   * A target.
   *
   * @param level as syslog has it, 0 to 7
   * @param flags bits of {@link PacketLog}
   */
  public LogTarget(PacketLog log, int level, String prefix, int flags) {
    this.log = log;
    this.level = level;
    this.prefix = prefix.getBytes(StandardCharsets.UTF_8);
    this.flags = flags;
  }

  @Override
  public Verdict apply(PacketFields p) {
    log.write(p, level, prefix, flags);
    return Verdict.CONTINUE;
  }
}
