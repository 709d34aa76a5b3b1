//! How functions end, and that none of them takes the emulator along.
