package dev.patchbay.stack.netfilter.targets;

import dev.patchbay.stack.netfilter.expression.PacketFields;
import dev.patchbay.stack.netfilter.log.LogGroups;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Shows the packet to who listens to a group; it goes on ({@code xt_NFLOG}). */
public final class NflogTarget extends Target {
  /** Bytes of a prefix at most ({@code NF_LOG_PREFIXLEN} without its end). */
  private static final int MOST_PREFIX = 127;

  private final LogGroups groups;
  private final int group;
  private final byte[] prefix;
  private final long size;

  /**
   * A target.
   *
   * @param group 0 to 65535
   * @param size bytes of the packet that are shown, -1 for all
   */
  public NflogTarget(LogGroups groups, int group, String prefix, long size) {
    this.groups = groups;
    this.group = group;
    byte[] text = prefix.getBytes(StandardCharsets.UTF_8);
    this.prefix = Arrays.copyOf(text, Math.min(text.length, MOST_PREFIX));
    this.size = size;
  }

  @Override
  public Verdict apply(PacketFields p) {
    groups.log(p, group, prefix, size);
    return Verdict.CONTINUE;
  }
}
