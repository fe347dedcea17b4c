/** Tests of the word conntrack. */
@org.jspecify.annotations.NullMarked
package dev.patchbay.stack.admin.conntrack;
