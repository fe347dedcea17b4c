package dev.patchbay.backend.sys;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * The processes below this one, those included whose parent has ended: they become children of
 * ours. Source: prctl(2), PR_SET_CHILD_SUBREAPER.
 */
public final class Descendants {
  private static final int PR_SET_CHILD_SUBREAPER = 36;
  private static final int WNOHANG = 1;

  private Descendants() {}

  /**
   * From now on orphans among our descendants become our children rather than those of process 1.
   * To be called before the first of them is started; they have to be {@linkplain #reap reaped}.
   *
   * @throws SysException where the kernel refuses
   */
  public static void adopt() throws SysException {
    SysException.check(Libc.prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl(PR_SET_CHILD_SUBREAPER)");
  }

  /**
   * Lets go of adopted children that have ended.
   *
   * @param own a child that somebody else waits for, as the JDK does for a {@link Process}
   */
  public static void reap(long own) {
    ProcessHandle.current()
        .children()
        .mapToLong(ProcessHandle::pid)
        .filter(pid -> pid != own)
        .forEach(pid -> Libc.waitpid(pid, 0, WNOHANG));
  }

  /**
   * All that live. Those that have ended are not counted, even where their parent does not reap
   * them.
   *
   * @param own as for {@link #reap}
   */
  public static List<ProcessHandle> living(long own) {
    reap(own);
    return ProcessHandle.current().descendants().filter(Descendants::lives).toList();
  }

  /** Whether it runs; to the JDK a zombie is alive, too. Source: proc_pid_stat(5). */
  private static boolean lives(ProcessHandle handle) {
    try {
      String stat = Files.readString(Path.of("/proc/" + handle.pid() + "/stat"), ISO_8859_1);
      // behind the name, which may hold anything
      int state = stat.lastIndexOf(')') + 2;
      return state >= stat.length() || "ZX".indexOf(stat.charAt(state)) < 0;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      return handle.isAlive(); // it ended while we read, or there is no telling
    }
  }
}
