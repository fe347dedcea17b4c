package dev.patchbay.stack.admin.save;

import dev.patchbay.stack.Namespaces;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.admin.SaveScript;
import dev.patchbay.stack.admin.Saver;
import dev.patchbay.stack.admin.Standing;
import dev.patchbay.stack.admin.bridge.BridgeSaver;
import dev.patchbay.stack.admin.bridge.GroupSaver;
import dev.patchbay.stack.admin.bridge.VxlanFdbSaver;
import dev.patchbay.stack.admin.ip.AddressSaver;
import dev.patchbay.stack.admin.ip.BondSaver;
import dev.patchbay.stack.admin.ip.IpCommand;
import dev.patchbay.stack.admin.ip.LinkSaver;
import dev.patchbay.stack.admin.ip.NamespaceSaver;
import dev.patchbay.stack.admin.ip.NeighbourSaver;
import dev.patchbay.stack.admin.ip.RouteSaver;
import dev.patchbay.stack.admin.ip.RuleSaver;
import dev.patchbay.stack.admin.ip.UpSaver;
import dev.patchbay.stack.admin.ipset.IpsetSaver;
import dev.patchbay.stack.admin.iptables.IptablesSaver;
import dev.patchbay.stack.admin.sysctl.SysctlSaver;
import dev.patchbay.stack.admin.tc.QdiscSaver;
import java.util.List;

/**
 * The word {@code save}. Its script, run by {@code load} upon an appliance as it starts, gives the
 * same configuration again, of which {@code save} prints the same.
 */
public final class SaveCommand {
  /** What is said of a word that is none. */
  public static final String USAGE = "Usage: save";

  private static final String HEAD = "#!/usr/bin/env -S patchbay load\n";

  /** In the order in which a script of their lines works. */
  private static final List<Saver> SAVERS =
      List.of(
          new NamespaceSaver(),
          new SysctlSaver(),
          new IpsetSaver(),
          new IptablesSaver(),
          new LinkSaver(),
          new BondSaver(),
          new BridgeSaver(),
          new VxlanFdbSaver(),
          new SysctlSaver.Devices(),
          new UpSaver(),
          new GroupSaver(),
          new AddressSaver(false),
          new NeighbourSaver(),
          new RouteSaver(),
          new UpSaver.Late(),
          new AddressSaver(true),
          new RuleSaver(),
          new QdiscSaver());

  private final Standing standing;
  private final List<Saver> more;

  /**
   * @param standing what the appliance has by itself
   * @param more savers of what others than the stack know, whose lines are the last
   */
  public SaveCommand(Standing standing, List<Saver> more) {
    this.standing = standing;
    this.more = List.copyOf(more);
  }

  /**
   * Prints the configuration of all namespaces. On their loop.
   *
   * @param argv the words behind {@code save}: none
   */
  public IpCommand.Result run(Namespaces all, List<String> argv) {
    if (!argv.isEmpty()) {
      boolean known = argv.equals(List.of("--config"));
      int status = known ? RefusedException.UNSUPPORTED : RefusedException.SYNTAX;
      String message =
          known
              ? RefusedException.unsupported("save --config").getMessage()
              : "save: '" + argv.getFirst() + "' is unknown, expected nothing\n" + USAGE;
      return new IpCommand.Result(status, "", message + "\n");
    }
    SaveScript script = new SaveScript(all, standing);
    SAVERS.forEach(saver -> saver.save(script));
    more.forEach(saver -> saver.save(script));
    return new IpCommand.Result(0, HEAD + script.text(), "");
  }
}
