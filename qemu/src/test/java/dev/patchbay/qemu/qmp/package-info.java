/** Tests of the QMP client against a scripted server. */
@NullMarked
package dev.patchbay.qemu.qmp;

import org.jspecify.annotations.NullMarked;
