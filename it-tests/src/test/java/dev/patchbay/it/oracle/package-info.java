/** What is sent, held against a Linux that is asked anew; the comparison itself is stack's. */
@org.jspecify.annotations.NullMarked
package dev.patchbay.it.oracle;
