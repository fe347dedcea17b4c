package dev.patchbay.stack.netfilter.state;

import dev.patchbay.stack.loop.EventLoop;
import dev.patchbay.stack.random.RandomSource;
import java.util.HashMap;
import java.util.Map;

/**
 * The lists and tables of one namespace by their names; of its loop's thread. When rules have
 * changed, all that stand ask for theirs between {@link #begin} and {@link #end}; what nobody has
 * asked for is forgotten then.
 */
public final class SharedStates {
  /** Names that the rules of one table may use. */
  public static final int MOST = 100;

  private final EventLoop loop;
  private final RandomSource random;
  private Map<String, RecentList> lists = new HashMap<>();
  private Map<String, RateTable> tables = new HashMap<>();
  private Map<String, RecentList> listsBefore = new HashMap<>();
  private Map<String, RateTable> tablesBefore = new HashMap<>();

  public SharedStates(EventLoop loop, RandomSource random) {
    this.loop = loop;
    this.random = random;
  }

  /** Rules have changed. */
  public void begin() {
    listsBefore = lists;
    tablesBefore = tables;
    lists = new HashMap<>();
    tables = new HashMap<>();
  }

  /** All rules that stand have asked for theirs. */
  public void end() {
    tablesBefore.keySet().removeAll(tables.keySet());
    tablesBefore.values().forEach(RateTable::close);
    listsBefore = new HashMap<>();
    tablesBefore = new HashMap<>();
  }

  /**
   * A list of recent.
   *
   * @param maskHi the bits of addresses that count, where the list is new
   * @param stamps times of one address that it must remember; where it has remembered less it is
   *     emptied
   */
  public RecentList recent(String name, boolean v4, long maskHi, long maskLo, int stamps) {
    String key = key(name, v4);
    RecentList list = lists.get(key);
    list = list != null ? list : listsBefore.get(key);
    list = list != null ? list : new RecentList(maskHi, maskLo);
    list.remember(stamps);
    lists.put(key, list);
    return list;
  }

  /** A table of hashlimit; {@code config} counts where it is new. */
  public RateTable rates(String name, boolean v4, RateConfig config) {
    String key = key(name, v4);
    RateTable table = tables.get(key);
    table = table != null ? table : tablesBefore.get(key);
    if (table == null) {
      table = new RateTable(config, loop, random.hash("hashlimit " + key));
    }
    tables.put(key, table);
    return table;
  }

  private static String key(String name, boolean v4) {
    return (v4 ? "inet " : "inet6 ") + name;
  }
}
