package dev.patchbay.stack.bond;

/**
 * What an administrator sets of a bond ({@code struct bond_params}). Plain fields, within the
 * ranges given; changed on the loop by {@link Bond#change}.
 */
public final class BondSettings implements Cloneable {
  /** What becomes of Ethernet addresses when another port takes over. */
  public enum FailOverMac {
    /** All ports have the bond's. */
    NONE,
    /** The bond has that of its active port. */
    ACTIVE,
    /** The active port has the bond's. */
    FOLLOW
  }

  /** When the primary port takes over from one that works. */
  public enum Reselect {
    ALWAYS,
    /** Where it is faster: no device here has a speed, so never. */
    BETTER,
    /** When the active one fails. */
    FAILURE
  }

  /** ms between two looks at the links, 0: none. */
  public int miimon;

  /** How many looks a link that came is waited for. */
  public int upDelay;

  /** How many looks a link that went is waited for. */
  public int downDelay;

  /** Looks between two notes to the stations on the link, 0 as 1. */
  public int notifyDelay;

  /** Notes to the stations on the link after a change of the active port, 0 to 255. */
  public int notifications = 1;

  /** Reports of IPv4's groups after a change of the active port, 0 to 255. */
  public int igmpReports = 1;

  /** Whether backup ports receive too. */
  public boolean allReceive;

  public Reselect reselect = Reselect.ALWAYS;
  public FailOverMac failOverMac = FailOverMac.NONE;

  /** Name of the port that is preferred, empty for none. */
  public String primary = "";

  @Override
  public BondSettings clone() {
    try {
      return (BondSettings) super.clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }
}
