package dev.patchbay.qemu.device;

/** Memory whose accesses are shown to a hook first, which may refuse them. */
public final class HookedMemory implements GuestMemory {

  /** Sees each access before it is carried out. */
  @FunctionalInterface
  public interface Hook {
    /**
     * An access comes.
     *
     * @param write whether the device writes
     * @return false to answer it with a bus error
     */
    boolean before(boolean write, long address, int length);
  }

  private final GuestMemory memory;
  private final Hook hook;

  /** Memory behind a hook. */
  public HookedMemory(GuestMemory memory, Hook hook) {
    this.memory = memory;
    this.hook = hook;
  }

  @Override
  public boolean read(long address, byte[] to, int offset, int length) {
    return hook.before(false, address, length) && memory.read(address, to, offset, length);
  }

  @Override
  public boolean write(long address, byte[] from, int offset, int length) {
    return hook.before(true, address, length) && memory.write(address, from, offset, length);
  }

  @Override
  public long readWord(long address) {
    return hook.before(false, address, 4) ? memory.readWord(address) : NOTHING;
  }

  @Override
  public boolean writeWord(long address, int value) {
    return hook.before(true, address, 4) && memory.writeWord(address, value);
  }
}
