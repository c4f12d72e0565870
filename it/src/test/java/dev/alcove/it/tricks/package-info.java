/** What code does that means harm. It is run in sandboxes only, and knows nothing of Alcove. */
@org.jspecify.annotations.NullMarked
package dev.alcove.it.tricks;
