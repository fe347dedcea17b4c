package dev.patchbay.stack.classifier;

import dev.patchbay.stack.packet.Packet;

/** Says what is to become of the packet ({@code act_gact.c}). */
public final class GactAction extends Action {
  /**
   * @param control a {@link Verdict}
   */
  public GactAction(int control) {
    super(control);
  }

  @Override
  public String kind() {
    return "gact";
  }

  @Override
  int run(Packet packet, FilterChain chain) {
    if (control() == Verdict.SHOT) {
      drops++;
    }
    return control();
  }
}
