"""What tests of several categories build on."""
