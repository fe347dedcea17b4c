package dev.patchbay.stack.admin.ss;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Lays the columns of {@code ss} out as it does where its output is no terminal. */
final class SsTable {
  private enum Column {
    NETID("Netid", "", false),
    STATE("State", " ", false),
    RECEIVE_QUEUE("Recv-Q", " ", false),
    SEND_QUEUE("Send-Q", " ", false),
    LOCAL("Local Address:", " ", true),
    LOCAL_PORT("Port", "", false),
    PEER("Peer Address:", " ", true),
    PEER_PORT("Port", "", false),
    MORE("Process", "", false);

    private final String header;
    private final String delimiter;
    private final boolean right;

    Column(String header, String delimiter, boolean right) {
      this.header = header;
      this.delimiter = delimiter;
      this.right = right;
    }
  }

  private final boolean[] shown = new boolean[Column.values().length];
  private final List<String[]> rows = new ArrayList<>();

  SsTable(boolean netid, boolean state, boolean header) {
    Arrays.fill(shown, true);
    shown[Column.NETID.ordinal()] = netid;
    shown[Column.STATE.ordinal()] = state;
    if (header) {
      String[] names = new String[shown.length];
      for (Column column : Column.values()) {
        names[column.ordinal()] = column.header;
      }
      rows.add(names);
    }
  }

  /** A line: all columns in their order. */
  void add(String... fields) {
    rows.add(fields);
  }

  @Override
  public String toString() {
    int[] widths = widths();
    StringBuilder out = new StringBuilder();
    for (String[] row : rows) {
      boolean first = true;
      for (Column column : Column.values()) {
        int at = column.ordinal();
        if (shown[at]) {
          String delimiter = first ? "" : column.delimiter;
          int pad = Math.max(0, widths[at] - delimiter.length() - row[at].length());
          out.append(delimiter).repeat(' ', column.right ? pad : 0);
          out.append(row[at]).repeat(' ', column.right ? 0 : pad);
          first = false;
        }
      }
      out.append('\n');
    }
    return out.toString();
  }

  /** The delimiter before a column counts as part of it, except before the first that has width. */
  private int[] widths() {
    int[] widths = new int[shown.length];
    boolean first = true;
    for (Column column : Column.values()) {
      int at = column.ordinal();
      for (String[] row : rows) {
        widths[at] = shown[at] ? Math.max(widths[at], row[at].length()) : 0;
      }
      if (!first && widths[at] > 0) {
        widths[at] += column.delimiter.length();
      }
      first &= widths[at] == 0;
    }
    return widths;
  }
}
