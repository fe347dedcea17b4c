package dev.patchbay.backend.cli;

/** What {@code patchbay run --help} prints; the options are those of {@link RunOptions#TABLE}. */
final class RunHelp {
  private static final int COLUMN = 26;
  private static final int WIDTH = 100;

  private static final String HEAD =
      """
      Usage: patchbay run [options] [-- COMMAND…]

      Runs the daemon in the foreground. When all sockets are open it prints one line of JSON, the
      ready line. With -- COMMAND it then starts COMMAND and ends with it and its status; ended by a
      signal it ends all that COMMAND has started.
      """;

  private static final String KEYS =
      """
        ADDRESS[,key=value…]  unix:PATH or tcp:HOST:PORT (IPv6 in brackets; port 0 is any); a comma
                              within a value is doubled. Keys:
          name=NAME             name of the port (default net0, net1, …)
          mac=MAC               the address expected of the guest
          mtu=N                 576 to 65520 (default: --mtu)
          qmp=unix:PATH         QEMU's QMP socket
          ncsi=PROFILE          fast, strict or off (default fast)
          ncsi-packages=N       1 to 8 (default 1)
          ncsi-channels=N       1 to 31 for each package (default 1)
          ncsi-vendor=VENDOR    none, mellanox, broadcom or intel (default none)
          allow=CIDR            who may connect; needed where a tcp: address is not loopback
      """;

  private static final String TAIL =
      """
        -h, --help            this text
        -V, --version         the version

      Examples:
        patchbay run --listen unix:/tmp/bmc0.sock,name=bmc0 --hostfwd tcp::2222-bmc0:22
        qemu-system-arm -M romulus-bmc … -netdev stream,id=n0,server=off,addr.type=unix,\\
            addr.path=/tmp/bmc0.sock -net nic,netdev=n0

      Exit status: 0 ended as asked; 1 a resource failed (a path in use, a port, a file); 2 usage,
      configuration or a failed --exec; with -- COMMAND that of COMMAND, 127 where there is no such
      command, 126 where it cannot be run.
      """;

  private RunHelp() {}

  static String text() {
    StringBuilder out = new StringBuilder(HEAD);
    for (RunOptions.Group group : RunOptions.Group.values()) {
      out.append('\n').append(group.title()).append(":\n");
      for (RunOptions.Row row : RunOptions.TABLE) {
        if (row.group() == group) {
          append(out, row);
        }
      }
      if (group == RunOptions.Group.ATTACHMENTS) {
        out.append('\n').append(KEYS);
      }
    }
    return out.append(TAIL).toString();
  }

  private static void append(StringBuilder out, RunOptions.Row row) {
    String head = "  --" + row.name() + (row.argument().isEmpty() ? "" : " " + row.argument());
    out.append(head);
    int column = head.length();
    if (column >= COLUMN - 1) {
      out.append('\n');
      column = 0;
    }
    String text =
        row.many() && !row.argument().isEmpty() ? row.help() + "; repeatable" : row.help();
    boolean first = true;
    for (String word : text.split(" ")) {
      if (!first && column + 1 + word.length() > WIDTH) {
        out.append('\n');
        column = 0;
        first = true;
      }
      if (first) {
        out.append(" ".repeat(COLUMN - 2 - column)).append(word);
        column = COLUMN - 2 + word.length();
        first = false;
      } else {
        out.append(' ').append(word);
        column += 1 + word.length();
      }
    }
    out.append('\n');
  }
}
