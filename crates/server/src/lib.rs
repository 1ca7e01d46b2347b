//! Assembles the rooms into one program.
