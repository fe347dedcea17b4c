package dev.patchbay.stack.admin.tc;

import dev.patchbay.stack.NetworkStack;
import dev.patchbay.stack.admin.IpOptions;
import dev.patchbay.stack.admin.RefusedException;
import dev.patchbay.stack.classifier.Filter;
import dev.patchbay.stack.classifier.FilterGroup;
import dev.patchbay.stack.classifier.FwFilter;
import org.jspecify.annotations.Nullable;

/** The words of {@code fw} ({@code f_fw.c}). */
final class TcFw implements TcFilterKind {
  private static final long MAX = 0xffff_ffffL;
  private static final String USAGE = "Usage: ... fw [ classid CLASSID ] [ action ACTION_SPEC ]";

  @Override
  public Wish parse(NetworkStack stack, TcArgs args, @Nullable String handle, int protocol)
      throws RefusedException {
    String[] parts = handle == null ? new String[] {"0"} : handle.split("/", 2);
    long mark = TcUnits.unsigned(parts[0], 0, MAX);
    if (mark < 0) {
      throw TcArgs.wrong("Illegal \"handle\"");
    }
    long mask = parts.length == 1 ? MAX : TcUnits.unsigned(parts[1], 0, MAX);
    if (mask < 0) {
      throw TcArgs.wrong("Illegal \"handle\" mask");
    }
    if (!args.hasWord()) {
      return new Wish((int) mark, null);
    }
    FwFilter filter = new FwFilter((int) mask);
    while (args.hasWord()) {
      String word = args.word();
      if (IpOptions.matches(word, "classid") || IpOptions.matches(word, "flowid")) {
        TcFilterKind.classId(args, filter);
      } else if (IpOptions.matches(word, "police") || word.equals("indev")) {
        throw TcArgs.notHere("tc filter … fw " + word);
      } else if (IpOptions.matches(word, "action")) {
        args.argument();
        filter.actions(new TcActions(stack, args, "Illegal fw \"action\"").parse());
      } else if (word.equals("help")) {
        throw TcArgs.wrong(USAGE);
      } else {
        throw TcArgs.wrong("What is \"" + word + "\"?\n" + USAGE);
      }
    }
    return new Wish((int) mark, filter);
  }

  @Override
  public void print(Filter filter, FilterGroup group, TcOut out, TcOptions options) {
    int mask = filter instanceof FwFilter fw ? fw.mask() : -1;
    String handle = "0x" + Integer.toHexString(filter.handle());
    String text = mask == -1 ? handle : handle + "/0x" + Integer.toHexString(mask);
    out.any("handle", text, "handle " + text + " ");
    if (filter.namesClass()) {
      String id = TcId.text(filter.classId());
      out.any("classid", id, "classid " + id + " ");
    }
    if (!filter.actions().isEmpty()) {
      out.text("\n");
    }
  }
}
